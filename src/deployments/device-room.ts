import { OutOfResourcesError } from '../errors.js';
import type { GpuList } from '../protocol/tools.js';
import { ToolWorker } from '../tools/tool-worker.js';

/** The share of a device's memory that all versions together may use. */
const mostUsed = 0.8;

/**
 * Refuses a loaded version if a device is too full with it.
 *
 * @param devices the CUDA device ids of its workers. A device whose memory is not known is accepted.
 * @throws {OutOfResourcesError} if a device is too full.
 */
export function refuseFullDevice({ gpus }: Pick<GpuList, 'gpus'>, devices: readonly number[]): void {
  for (const { device, memoryUsedGb: used, memoryTotalGb: total } of gpus) {
    if (device === null || !devices.includes(device) || used === null || total === null) continue;
    if (used <= mostUsed * total) continue;
    const share = `${Math.round((100 * used) / total)}%`;
    throw new OutOfResourcesError(
      `With this version ${share} of the memory of CUDA device ${device} is in use (${used.toFixed(1)} of ${total.toFixed(1)} GiB), and at most ${mostUsed * 100}% may be: retire another version, or give it fewer workers`,
    );
  }
}

/**
 * What nvidia-smi knows of the devices, asked in a worker thread. For Windows, which does not fork, and where `GpuMemory` can't start its small
 * process: a fork of the whole process stalls all its threads, whichever thread does it.
 */
export async function listGpusApart(toolWorkerFile: string | undefined): Promise<GpuList> {
  const worker = new ToolWorker({ toolWorkerFile });
  try {
    return await worker.run({ kind: 'probe', providers: [] });
  } finally {
    await worker.close();
  }
}
