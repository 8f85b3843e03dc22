import { tasksPerWorker, type WorkerConfig } from '../../src/protocol/serving.js';
import { FeatureBuffers } from './feature-buffers.js';
import { FeatureMemory } from './feature-memory.js';

/**
 * Input buffers for each task that a worker may have in hand, of whatever kind: the runtime reads them later in the turn, so no two runs
 * may share a set. All are made when the worker starts, in one memory: where there is none, the start fails, and not a request.
 */
export class BufferPool {
  readonly #free: FeatureBuffers[];

  /** @throws {RangeError} where there is no memory. */
  constructor({ inputs, columns }: Pick<WorkerConfig, 'inputs' | 'columns'>) {
    const memory = new FeatureMemory(tasksPerWorker * FeatureBuffers.bytes(inputs, columns.rows));
    // Chunks of columns have at least as many rows as batches.
    this.#free = Array.from({ length: tasksPerWorker }, () => new FeatureBuffers(inputs, columns.rows, memory));
  }

  /** @returns a set that nobody else has, to be given back. */
  take(): FeatureBuffers {
    const buffers = this.#free.pop();
    if (buffers === undefined) throw new Error(`more than ${tasksPerWorker} tasks are in hand`);
    return buffers;
  }

  giveBack(buffers: FeatureBuffers): void {
    this.#free.push(buffers);
  }
}
