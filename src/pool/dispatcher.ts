import PQueue from 'p-queue';
import type { BatchReply, BatchTask } from './protocol.js';

/** Where batches run. */
export interface BatchRunner {
  run(task: BatchTask): Promise<BatchReply>;
}

/** The lanes to the pool: at most so many batches in flight as the workers can hold. */
export class Dispatcher {
  readonly #lanes: PQueue;
  readonly #runner: BatchRunner;

  constructor(runner: BatchRunner, lanes: number) {
    this.#runner = runner;
    this.#lanes = new PQueue({ concurrency: lanes });
  }

  /** @throws {WorkerLostError} where the worker died over the batch. */
  run(task: BatchTask): Promise<BatchReply> {
    return this.#lanes.add(() => this.#runner.run(task));
  }
}
