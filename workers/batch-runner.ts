import { type BatchTask, outputsPerSlot, type WorkerConfig } from '../src/pool/protocol.js';
import type { Gatherer } from './gatherer.js';
import type { InputBuffers, ModelOutputs, ModelSession } from './model-session.js';

/** Takes batches from shared memory through the session and back. */
export class BatchRunner {
  readonly #model: ModelSession;
  readonly #gatherer: Gatherer;
  readonly #maxBatchSize: number;
  readonly #outputs: Float32Array;
  readonly #attention: Float32Array;
  readonly #lanes: Int32Array;
  readonly #freeBuffers: InputBuffers[] = [];

  constructor(model: ModelSession, gatherer: Gatherer, { memory }: WorkerConfig) {
    this.#model = model;
    this.#gatherer = gatherer;
    this.#maxBatchSize = memory.maxBatchSize;
    this.#outputs = new Float32Array(memory.outputs);
    this.#attention = new Float32Array(memory.attention);
    this.#lanes = new Int32Array(memory.lanes);
  }

  /**
   * @returns the milliseconds it took, copies included.
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async run({ lane, rows }: BatchTask): Promise<number> {
    const start = performance.now();
    const first = lane * this.#maxBatchSize;
    const slots = this.#lanes.subarray(first, first + rows);
    const buffers = this.#freeBuffers.pop() ?? this.#model.newBuffers(this.#maxBatchSize);
    try {
      this.#gatherer.gather(slots, buffers);
      this.#scatter(slots, await this.#model.infer(buffers, rows));
    } finally {
      this.#freeBuffers.push(buffers);
    }
    return performance.now() - start;
  }

  /** Writes the outputs to the rows' slots. */
  #scatter(slots: Int32Array, { logits, probability, riskScore, attention }: ModelOutputs): void {
    const outputs = this.#outputs;
    const width = this.#model.attentionWidth;
    for (let row = 0; row < slots.length; row += 1) {
      const slot = slots[row] ?? 0;
      const at = slot * outputsPerSlot;
      if (logits !== null) {
        outputs[at] = logits[row * 2] ?? Number.NaN;
        outputs[at + 1] = logits[row * 2 + 1] ?? Number.NaN;
      } else {
        outputs[at] = probability?.[row] ?? Number.NaN;
      }
      if (riskScore !== null) outputs[at + 2] = riskScore[row] ?? Number.NaN;
      if (attention !== null) {
        for (let column = 0; column < width; column += 1) {
          this.#attention[slot * width + column] = attention[row * width + column] ?? Number.NaN;
        }
      }
    }
  }
}
