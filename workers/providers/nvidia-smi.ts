import { execFile } from 'node:child_process';
import type { Gpu, GpuList } from '../../src/protocol/tools.js';
import { type CudaEnvironment, cudaDeviceIds } from './cuda-devices.js';

const timeoutMs = 5_000;

const fields = ['index', 'uuid', 'name', 'driver_version', 'memory.total', 'memory.used'];

/** The GPUs that the driver's own tool lists, or why there are none. Never throws. Takes at most five seconds. */
export function listGpus(): Promise<GpuList> {
  const args = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    const onEnd = (error: Error | null, stdout: string): void => {
      if (error !== null) resolve({ gpus: [], problem: problemOf(error, stdout) });
      else resolve({ gpus: readGpus(stdout, process.env), problem: null });
    };
    try {
      execFile('nvidia-smi', args, { timeout: timeoutMs, windowsHide: true }, onEnd);
    } catch (error) {
      // If there is no memory for a process, Node.js throws instead of calling back.
      resolve({ gpus: [], problem: error instanceof Error ? problemOf(error, '') : 'nvidia-smi could not be started' });
    }
  });
}

/** Memory in use on a CUDA device, over all processes, in GiB; null if it is not known. */
export async function deviceMemoryGb(device: number): Promise<{ used: number; total: number } | null> {
  const { gpus } = await listGpus();
  const gpu = gpus.find((candidate) => candidate.device === device);
  if (gpu === undefined || gpu.memoryUsedGb === null || gpu.memoryTotalGb === null) return null;
  return { used: gpu.memoryUsedGb, total: gpu.memoryTotalGb };
}

/** @param text one line for each GPU: index, uuid, name, driver, total MiB, used MiB. */
export function readGpus(text: string, environment: CudaEnvironment): Gpu[] {
  const listed = text.split('\n').flatMap((line) => {
    const [index, uuid, name, driver, total, used] = line.split(',').map((cell) => cell.trim());
    if (!/^\d+$/.test(index ?? '') || uuid === undefined || name === undefined || driver === undefined) return [];
    const memory = { memoryTotalGb: gibOf(total), memoryUsedGb: gibOf(used) };
    return [{ uuid, gpu: { index: Number(index), name, driver, ...memory } }];
  });
  const devices = cudaDeviceIds(
    listed.map(({ uuid, gpu: { name } }) => ({ uuid, name })),
    environment,
  );
  return listed.map(({ gpu }, place) => ({ ...gpu, device: devices[place] ?? null }));
}

/** null if it is not reported: [N/A] for a GPU that shares the host's memory, or [Insufficient Permissions]. */
function gibOf(mib = ''): number | null {
  return /^\d+$/.test(mib) ? Number(mib) / 1024 : null;
}

function problemOf(error: Error & { code?: unknown; killed?: boolean }, stdout: string): string {
  if (error.code === 'ENOENT')
    return 'nvidia-smi is not there: the NVIDIA driver is not installed, or not in this container';
  // The operating system's reason: the tool was not run at all.
  if (typeof error.code === 'string') return `nvidia-smi could not be run (${error.code})`;
  if (error.killed === true) return `nvidia-smi did not answer within ${timeoutMs / 1000} s`;
  const [line = ''] = stdout.trim().split('\n');
  return `nvidia-smi failed${line === '' ? '' : `: ${line}`}`;
}
