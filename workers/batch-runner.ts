import { type BatchTask, outputsPerSlot, type WorkerConfig } from '../src/pool/protocol.js';
import type { BufferPool } from './buffer-pool.js';
import type { ModelOutputs, ModelSession } from './model-session.js';

/** How often the smallest and the largest batch are run before the first request. */
const warmUpRuns = 5;

/** Takes batches from shared memory through the session and back. */
export class BatchRunner {
  readonly #model: ModelSession;
  readonly #buffers: BufferPool;
  readonly #features: Float32Array;
  readonly #maxBatchSize: number;
  readonly #outputs: Float32Array;
  readonly #attention: Float32Array;
  readonly #lanes: Int32Array;
  readonly #scratchSlot: number;

  constructor(model: ModelSession, buffers: BufferPool, { memory }: WorkerConfig) {
    this.#model = model;
    this.#buffers = buffers;
    this.#features = new Float32Array(memory.features);
    this.#maxBatchSize = memory.maxBatchSize;
    this.#outputs = new Float32Array(memory.outputs);
    this.#attention = new Float32Array(memory.attention);
    this.#lanes = new Int32Array(memory.lanes);
    this.#scratchSlot = memory.scratchSlot;
  }

  /**
   * @returns the milliseconds it took, copies included.
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async run({ lane, rows }: BatchTask): Promise<number> {
    const start = performance.now();
    const first = lane * this.#maxBatchSize;
    await this.#runSlots(this.#lanes.subarray(first, first + rows));
    return performance.now() - start;
  }

  /**
   * Runs batches of all sizes that occur, through the buffers and the code that serve, so that no request meets a first run.
   *
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async warmUp(): Promise<void> {
    for (let rows = 1; rows < this.#maxBatchSize; rows *= 2) await this.#warmUpOn(rows);
    for (let run = 0; run < warmUpRuns; run += 1) {
      await this.#warmUpOn(1);
      await this.#warmUpOn(this.#maxBatchSize);
    }
  }

  #warmUpOn(rows: number): Promise<void> {
    return this.#runSlots(new Int32Array(rows).fill(this.#scratchSlot));
  }

  async #runSlots(slots: Int32Array): Promise<void> {
    const rows = slots.length;
    const buffers = this.#buffers.take();
    try {
      buffers.gather(this.#features, slots);
      this.#scatter(slots, await this.#model.infer(buffers.inputs, rows));
    } finally {
      this.#buffers.giveBack(buffers);
    }
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
