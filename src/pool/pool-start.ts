import { WorkerLostError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import type { WorkerSeat } from './worker-seat.js';

/** The start of a pool: it is over when the first full set of workers has warmed up, or can't be had. */
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

  /** @returns false where the start is over already. */
  fail(error: Error): boolean {
    if (this.#settle === null) return false;
    this.#settle.reject(error);
    this.#settle = null;
    return true;
  }
}

/** Which workers are not ready yet, and what they are at, for the error of a start that takes too long. */
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

/** The error of a start over which a worker died. */
export function lossAtStart(reason: string): Error {
  const failure = 'A worker died while others started';
  return outOfResources(reason, failure) ?? new WorkerLostError(`${failure}: ${reason}`);
}
