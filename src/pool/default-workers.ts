import { availableParallelism } from 'node:os';
import { cpuQuota } from './cpu-quota.js';

/** Of one scorer. */
export const maxWorkers = 256;

/** How many workers there are, and why. */
export interface WorkerCount {
  workers: number;
  /** In a few words, for the log. */
  from: string;
}

/**
 * A worker for each device that is given, else for each CPU that this process may use, its quota rounded down; from 1 to `maxWorkers`.
 *
 * @param quota in CPUs; null where there is none.
 */
export function defaultWorkers(
  devices: readonly number[] | undefined,
  cpus: number = availableParallelism(),
  quota: number | null = cpuQuota(),
): WorkerCount {
  if (devices !== undefined) return { workers: devices.length, from: 'devices' };
  if (quota !== null && quota < cpus) {
    return {
      workers: Math.min(Math.max(Math.floor(quota), 1), maxWorkers),
      from: `cpu quota of ${Math.floor(quota * 100) / 100}`,
    };
  }
  return { workers: Math.min(cpus, maxWorkers), from: cpus === 1 ? '1 cpu' : `${cpus} cpus` };
}
