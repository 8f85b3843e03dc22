import { execFile } from 'node:child_process';
import { gpuQuery, readGpus, gpuQueryTimeoutMs as timeoutMs } from '../../src/protocol/nvidia-smi.js';
import type { GpuList } from '../../src/protocol/tools.js';

/** The GPUs that the driver's own tool lists, or why there are none. Never throws. Takes at most five seconds. */
export function listGpus(): Promise<GpuList> {
  return new Promise((resolve) => {
    const onEnd = (error: Error | null, stdout: string): void => {
      if (error !== null) resolve({ gpus: [], problem: problemOf(error, stdout) });
      else resolve({ gpus: readGpus(stdout, process.env), problem: null });
    };
    try {
      execFile('nvidia-smi', [...gpuQuery], { timeout: timeoutMs, windowsHide: true }, onEnd);
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

function problemOf(error: Error & { code?: unknown; killed?: boolean }, stdout: string): string {
  if (error.code === 'ENOENT')
    return 'nvidia-smi is not there: the NVIDIA driver is not installed, or not in this container';
  // The operating system's reason: the tool was not run at all.
  if (typeof error.code === 'string') return `nvidia-smi could not be run (${error.code})`;
  if (error.killed === true) return `nvidia-smi did not answer within ${timeoutMs / 1000} s`;
  const [line = ''] = stdout.trim().split('\n');
  return `nvidia-smi failed${line === '' ? '' : `: ${line}`}`;
}
