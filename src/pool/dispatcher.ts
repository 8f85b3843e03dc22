import PQueue from 'p-queue';
import type { BatchReply, BatchTask, ColumnsTask } from './protocol.js';

/** The lanes to the pool: at most so many batches and chunks of columns in flight as the workers can hold. */
export class Dispatcher {
  readonly #lanes: PQueue;
  readonly #run: (task: BatchTask | ColumnsTask, isAlone: boolean) => Promise<BatchReply>;

  constructor(run: (task: BatchTask | ColumnsTask, isAlone: boolean) => Promise<BatchReply>, lanes: number) {
    this.#run = run;
    this.#lanes = new PQueue({ concurrency: lanes });
  }

  /**
   * @param isAlone on a worker that has nothing else in hand.
   * @throws {LostTask} where no worker answers the batch.
   */
  run(task: BatchTask | ColumnsTask, isAlone = false): Promise<BatchReply> {
    return this.#lanes.add(() => this.#run(task, isAlone));
  }
}
