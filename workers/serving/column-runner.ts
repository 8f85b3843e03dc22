import { outputsPerRow } from '../../src/protocol/outputs.js';
import type { ColumnsTask, WorkerConfig } from '../../src/protocol/serving.js';
import type { ModelSession } from '../thread/model-session.js';
import type { BufferPool } from './run-buffers.js';

/** Reads chunks of columns from shared memory, runs them through the session, and writes the outputs back. */
export class ColumnRunner {
  readonly #model: ModelSession;
  readonly #buffers: BufferPool;
  readonly #features: Float32Array;
  readonly #maxRows: number;
  readonly #rowSize: number;
  readonly #outputs: Float32Array;

  constructor(model: ModelSession, buffers: BufferPool, { columns }: WorkerConfig) {
    this.#model = model;
    this.#buffers = buffers;
    this.#features = new Float32Array(columns.features);
    this.#maxRows = columns.rows;
    this.#rowSize = columns.rowSize;
    this.#outputs = new Float32Array(columns.outputs);
  }

  /**
   * @returns how long it took in ms, copies included.
   * @throws {Error} if the runtime fails or an output has the wrong length.
   */
  async run({ area, rows }: ColumnsTask): Promise<number> {
    const start = performance.now();
    const buffers = this.#buffers.take();
    try {
      buffers.gatherColumns(this.#features, area * this.#maxRows * this.#rowSize, rows);
      const { probability, riskScore } = await this.#model.infer(buffers.inputs, rows);
      const first = area * this.#maxRows * outputsPerRow;
      this.#outputs.set(probability, first);
      this.#outputs.set(riskScore ?? probability, first + rows);
    } finally {
      this.#buffers.giveBack(buffers);
    }
    return performance.now() - start;
  }
}
