import { LostTask } from './lost-task.js';
import type { WorkerPool } from './worker-pool.js';

/** The parts of the workers that a deployment needs. */
export type ServingPool = Pick<
  WorkerPool,
  | 'run'
  | 'keepQuiet'
  | 'release'
  | 'resize'
  | 'readyWorkers'
  | 'troubledWorkers'
  | 'lostWorkers'
  | 'inUse'
  | 'devices'
  | 'problem'
>;

/** A pool without threads. Batches come back at once, and their outputs are whatever is in the memory. */
export const standInPool: ServingPool = {
  run: (task: { kind: string }) =>
    Promise.resolve(
      task.kind === 'explain' ? { contributions: [] } : { inferenceMs: 0.1, provider: 'cpu' as const },
    ) as Promise<never>,
  keepQuiet: () => true,
  release: () => Promise.resolve(true),
  resize: () => {},
  readyWorkers: 1,
  troubledWorkers: 0,
  lostWorkers: 0,
  inUse: null,
  devices: [],
  problem: null,
};

/** The pool of a version whose workers have not started. */
export const noPool: ServingPool = {
  ...standInPool,
  run: () => Promise.reject<never>(new LostTask('unsent', 'No worker was ready')),
  keepQuiet: () => false,
  readyWorkers: 0,
};
