import type { Worker } from 'node:worker_threads';

/** Counts the threads of this process that have not ended, whoever started them and whatever he says of them. */
export class WorkerThreads {
  #living = 0;
  readonly #onWorker = (worker: Worker): void => {
    this.#living += 1;
    worker.once('exit', () => {
      this.#living -= 1;
    });
  };

  constructor() {
    process.on('worker', this.#onWorker);
  }

  get living(): number {
    return this.#living;
  }

  stop(): void {
    process.off('worker', this.#onWorker);
  }
}
