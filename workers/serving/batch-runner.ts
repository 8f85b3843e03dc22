import { maxAttentionWidth, outputsPerRow } from '../../src/protocol/outputs.js';
import { rawWidthOf } from '../../src/protocol/raw-outputs.js';
import type { BatchTask, WorkerConfig } from '../../src/protocol/serving.js';
import type { ModelOutputs, ModelSession } from '../thread/model-session.js';
import type { BufferPool } from './run-buffers.js';

/** How often the smallest and the largest batch are run before the first request. */
const warmUpRuns = 5;

/** Reads batches from their lanes, runs them through the session, and writes the outputs back. */
export class BatchRunner {
  readonly #model: ModelSession;
  readonly #buffers: BufferPool;
  readonly #features: Float32Array;
  readonly #outputs: Float32Array;
  readonly #attention: Float32Array;
  /** null if no raw outputs are kept. */
  readonly #raw: Float32Array | null;
  readonly #rawRoom: number;
  readonly #maxBatchSize: number;
  readonly #stride: number;
  /** The lane for warming up. */
  readonly #scratchLane: number;

  constructor(model: ModelSession, buffers: BufferPool, config: WorkerConfig) {
    const { memory } = config;
    this.#model = model;
    this.#buffers = buffers;
    this.#features = new Float32Array(memory.features, memory.lanesAt);
    this.#outputs = new Float32Array(memory.outputs);
    this.#attention = new Float32Array(memory.attention);
    this.#rawRoom = memory.rawRoom;
    this.#raw = rawWidthOf(config, model.columns) === 0 ? null : new Float32Array(memory.raw);
    this.#maxBatchSize = memory.maxBatchSize;
    this.#stride = memory.stride;
    this.#scratchLane = memory.lanes;
  }

  /**
   * @returns how long it took in ms, copies included.
   * @throws {Error} if the runtime fails or an output has the wrong length.
   */
  async run({ lane, rows }: BatchTask): Promise<number> {
    const start = performance.now();
    await this.#runLane(lane, rows);
    return performance.now() - start;
  }

  /**
   * Runs batches of all sizes that occur, with the same buffers and code as real batches, so that no request meets a first run.
   *
   * @throws {Error} if the runtime fails or an output has the wrong length.
   */
  async warmUp(): Promise<void> {
    const largest = this.#model.largestWarmUp(this.#maxBatchSize);
    for (let rows = 1; rows < largest; rows *= 2) await this.#runLane(this.#scratchLane, rows);
    for (let run = 0; run < warmUpRuns; run += 1) {
      await this.#runLane(this.#scratchLane, 1);
      await this.#runLane(this.#scratchLane, largest);
    }
  }

  async #runLane(lane: number, rows: number): Promise<void> {
    const firstRow = lane * this.#maxBatchSize;
    const buffers = this.#buffers.take();
    try {
      buffers.gatherRows(this.#features, firstRow * this.#stride, rows, this.#stride);
      this.#write(firstRow, rows, await this.#model.infer(buffers.inputs, rows));
    } finally {
      this.#buffers.giveBack(buffers);
    }
  }

  #write(firstRow: number, rows: number, { probability, riskScore, attention, raw }: ModelOutputs): void {
    const outputs = this.#outputs;
    const risks = riskScore ?? probability;
    let at = firstRow * outputsPerRow;
    for (let row = 0; row < rows; row += 1) {
      outputs[at] = probability[row] as number;
      outputs[at + 1] = risks[row] as number;
      at += outputsPerRow;
    }
    if (attention !== null) this.#attention.set(attention, firstRow * maxAttentionWidth);
    this.#raw?.set(raw, firstRow * this.#rawRoom);
  }
}
