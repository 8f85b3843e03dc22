import * as ort from 'onnxruntime-node';
import { type BatchTask, outputsPerSlot, type WorkerConfig } from '../src/pool/protocol.js';

/** The graph's outputs for one batch, by what they mean. */
interface BatchOutputs {
  logits: Float32Array | null;
  probability: Float32Array | null;
  riskScore: Float32Array | null;
  attention: Float32Array | null;
}

/** Input buffers of one batch. The runtime reads them later in the turn, so two batches never share a set. */
type TensorBuffers = Float32Array[];

interface Normalisation {
  mean: Float64Array;
  scale: Float64Array;
}

/** Takes batches from shared memory through the session and back. */
export class BatchRunner {
  readonly attentionWidth: number;
  readonly #session: ort.InferenceSession;
  readonly #config: WorkerConfig;
  readonly #normalisations: (Normalisation | null)[];
  readonly #features: Float32Array;
  readonly #outputs: Float32Array;
  readonly #attention: Float32Array;
  readonly #lanes: Int32Array;
  readonly #freeBuffers: TensorBuffers[];

  private constructor(session: ort.InferenceSession, config: WorkerConfig, attentionWidth: number) {
    this.#session = session;
    this.#config = config;
    this.attentionWidth = attentionWidth;
    this.#normalisations = config.inputs.map(({ mean, std }) =>
      mean && std
        ? { mean: Float64Array.from(mean), scale: Float64Array.from(std, (value) => 1 / (value + 1e-8)) }
        : null,
    );
    const { memory } = config;
    this.#features = new Float32Array(memory.features);
    this.#outputs = new Float32Array(memory.outputs);
    this.#attention = new Float32Array(memory.attention);
    this.#lanes = new Int32Array(memory.lanes);
    this.#freeBuffers = Array.from({ length: config.tasksPerWorker }, () => newBuffers(config));
  }

  /**
   * Runs the session at the batch sizes that will occur, so that no request meets a first run,
   * and checks that the outputs have the lengths the manifest promises.
   *
   * @throws {Error} where the graph can't be run or an output has another length.
   */
  static async warmedUp(session: ort.InferenceSession, config: WorkerConfig): Promise<BatchRunner> {
    const buffers = newBuffers(config);
    const { maxBatchSize } = config.memory;
    const one = await infer(session, config, buffers, 1);
    const runner = new BatchRunner(session, config, one.attention?.length ?? 0);
    for (let rows = 1; rows < maxBatchSize; rows *= 2) await runner.#infer(buffers, rows);
    for (let run = 0; run < 3; run += 1) await runner.#infer(buffers, maxBatchSize);
    return runner;
  }

  /**
   * @returns the milliseconds it took, copies included.
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async run({ lane, rows }: BatchTask): Promise<number> {
    const start = performance.now();
    const slots = this.#lanes.subarray(lane * this.#config.memory.maxBatchSize).subarray(0, rows);
    const buffers = this.#freeBuffers.pop() ?? newBuffers(this.#config);
    try {
      this.#gather(slots, buffers);
      this.#scatter(slots, await this.#infer(buffers, rows));
    } finally {
      this.#freeBuffers.push(buffers);
    }
    return performance.now() - start;
  }

  /** Copies the rows' features into the inputs' buffers, normalised on the way. */
  #gather(slots: Int32Array, buffers: TensorBuffers): void {
    const { rowSize } = this.#config.memory;
    let offset = 0;
    for (const [index, { size }] of this.#config.inputs.entries()) {
      const buffer = buffers[index];
      if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
      gatherInput(this.#features, slots, rowSize, offset, size, this.#normalisations[index] ?? null, buffer);
      offset += size;
    }
  }

  async #infer(buffers: TensorBuffers, rows: number): Promise<BatchOutputs> {
    const outputs = await infer(this.#session, this.#config, buffers, rows);
    checkLength('logits', outputs.logits, rows * 2);
    checkLength('probability', outputs.probability, rows);
    checkLength('riskScore', outputs.riskScore, rows);
    checkLength('attention', outputs.attention, rows * this.attentionWidth);
    return outputs;
  }

  /** Writes the outputs to the rows' slots. */
  #scatter(slots: Int32Array, { logits, probability, riskScore, attention }: BatchOutputs): void {
    const outputs = this.#outputs;
    const width = this.attentionWidth;
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

function gatherInput(
  features: Float32Array,
  slots: Int32Array,
  rowSize: number,
  offset: number,
  size: number,
  normalisation: Normalisation | null,
  buffer: Float32Array,
): void {
  let to = 0;
  for (let row = 0; row < slots.length; row += 1) {
    const from = (slots[row] ?? 0) * rowSize + offset;
    if (normalisation === null) {
      for (let column = 0; column < size; column += 1) buffer[to++] = features[from + column] as number;
    } else {
      const { mean, scale } = normalisation;
      for (let column = 0; column < size; column += 1) {
        buffer[to++] = ((features[from + column] as number) - (mean[column] as number)) * (scale[column] as number);
      }
    }
  }
}

async function infer(
  session: ort.InferenceSession,
  { inputs, outputs }: WorkerConfig,
  buffers: TensorBuffers,
  rows: number,
): Promise<BatchOutputs> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const [index, { name, size }] of inputs.entries()) {
    const data = buffers[index]?.subarray(0, rows * size) ?? new Float32Array(rows * size);
    feeds[name] = new ort.Tensor('float32', data, [rows, size]);
  }
  const results = await session.run(feeds, Object.values(outputs));
  return {
    logits: floatsOf(results, outputs.logits),
    probability: floatsOf(results, outputs.probability),
    riskScore: floatsOf(results, outputs.riskScore),
    attention: floatsOf(results, outputs.attention),
  };
}

function floatsOf(results: ort.InferenceSession.ReturnType, name: string | undefined): Float32Array | null {
  if (name === undefined) return null;
  const data = results[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`output ${JSON.stringify(name)}: expected float32 values`);
}

function checkLength(meaning: string, data: Float32Array | null, expected: number): void {
  if (data !== null && data.length !== expected) {
    throw new Error(`output ${meaning}: expected ${expected} values, received ${data.length}`);
  }
}

function newBuffers({ inputs, memory }: WorkerConfig): TensorBuffers {
  return inputs.map(({ size }) => new Float32Array(memory.maxBatchSize * size));
}
