import { type CudaEnvironment, cudaDeviceIds } from './cuda-devices.js';
import type { Gpu } from './tools.js';

const fields = ['index', 'uuid', 'name', 'driver_version', 'memory.total', 'memory.used'];

/** What nvidia-smi is asked for: a line for each GPU, which `readGpus` reads. */
export const gpuQuery: readonly string[] = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];

/** How long nvidia-smi may take to answer. A driver that is loaded anew for the question takes more than a second. */
export const gpuQueryTimeoutMs = 5_000;

/** @param text a line for each GPU: index, uuid, name, driver, MiB in all, MiB in use. */
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

/** null where it is not told: [N/A] for a GPU that shares the host's memory, or [Insufficient Permissions]. */
function gibOf(mib = ''): number | null {
  return /^\d+$/.test(mib) ? Number(mib) / 1024 : null;
}
