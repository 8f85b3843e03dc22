import { type ColumnsTask, outputsPerSlot, type WorkerConfig } from '../src/pool/protocol.js';
import { Gatherer } from './gatherer.js';
import type { InputBuffers, ModelSession } from './model-session.js';

/** Takes chunks of columns from shared memory through the session and back. */
export class ColumnRunner {
  readonly #model: ModelSession;
  readonly #gatherer: Gatherer;
  readonly #maxRows: number;
  readonly #rowSize: number;
  readonly #outputs: Float32Array;
  readonly #freeBuffers: InputBuffers[] = [];

  constructor(model: ModelSession, { inputs, memory, columns }: WorkerConfig) {
    this.#model = model;
    this.#gatherer = new Gatherer(inputs, new Float32Array(columns.features));
    this.#maxRows = columns.rows;
    this.#rowSize = memory.rowSize;
    this.#outputs = new Float32Array(columns.outputs);
  }

  /**
   * @returns the milliseconds it took, copies included.
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async run({ area, rows }: ColumnsTask): Promise<number> {
    const start = performance.now();
    const buffers = this.#freeBuffers.pop() ?? this.#model.newBuffers(this.#maxRows);
    try {
      this.#gatherer.gatherColumns(area * this.#maxRows * this.#rowSize, rows, buffers);
      const { logits, probability, riskScore } = await this.#model.infer(buffers, rows);
      const first = area * this.#maxRows * outputsPerSlot;
      const scores = logits ?? probability;
      if (scores !== null) this.#outputs.set(scores, first);
      if (riskScore !== null) this.#outputs.set(riskScore, first + 2 * rows);
    } finally {
      this.#freeBuffers.push(buffers);
    }
    return performance.now() - start;
  }
}
