import { availableParallelism } from 'node:os';
import { cpuQuota } from './cpu-quota.js';

/** The most workers of one scorer. */
export const maxWorkers = 256;

/** The number of workers, and the reason. */
export interface WorkerCount {
  workers: number;
  /** The reason in a few words, for the log. */
  from: string;
}

/**
 * One worker for each given device, else one for each CPU that this process may use (the quota is rounded down); from 1 to `maxWorkers`.
 *
 * @param quota in CPUs; null if there is none.
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
