import { WorkerLostError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import type { WorkerSeat } from './worker-seat.js';

/** The start of a pool. It is over when all workers have warmed up for the first time, or when that has failed. */
export class PoolStart {
  /** Settles when the start is over. */
  readonly ended: Promise<void>;
  #settle: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  get isOver(): boolean {
    return this.#settle === null;
  }

  succeed(): void {
    this.#settle?.resolve();
    this.#settle = null;
  }

  /** @returns false if the start was already over. */
  fail(error: Error): boolean {
    if (this.#settle === null) return false;
    this.#settle.reject(error);
    this.#settle = null;
    return true;
  }
}

/** Which workers are not ready yet, and what they are doing. Used in the error of a start that takes too long. */
export function missingWorkers(seats: readonly WorkerSeat[], workerFile: string): string {
  const missing = seats.filter((seat) => !seat.isReady).length;
  if (missing === 0) return 'the workers were warming up';
  const atFile = seats.filter((seat) => seat.isLoadingFile).length;
  const stages = [
    ...(atFile > 0 ? [`${atFile} loaded the worker's file (${workerFile})`] : []),
    ...(missing > atFile ? [`${missing - atFile} loaded the runtime or the model`] : []),
  ];
  return `${missing} of ${seats.length} workers were not ready: ${stages.join(', ')}`;
}

/** The error of a start during which a worker died. */
export function lossAtStart(reason: string): Error {
  const failure = 'A worker died while others started';
  return outOfResources(reason, failure) ?? new WorkerLostError(`${failure}: ${reason}`);
}
