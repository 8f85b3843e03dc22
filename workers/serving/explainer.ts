import {
  type Contribution,
  type ExplainTask,
  type InputSpec,
  maxReasons,
  type WorkerConfig,
} from '../../src/protocol/serving.js';
import type { InputBuffers, ModelOutputs, ModelSession } from '../thread/model-session.js';
import type { BufferPool } from './feature-buffers.js';

/** Probabilities are kept this far from 0 and 1, where their logit is infinite. */
const margin = 1e-7;

/**
 * Explains a score by occlusion: what its logit loses when one feature is put at its training mean, for each feature
 * in turn. After normalisation a feature at its mean is 0, and one without a mean is put at 0 anyway.
 */
export class Explainer {
  readonly #model: ModelSession;
  readonly #inputs: readonly InputSpec[];
  readonly #rowSize: number;
  readonly #chunk: number;
  readonly #buffers: BufferPool;

  constructor(model: ModelSession, buffers: BufferPool, { inputs, memory, columns }: WorkerConfig) {
    this.#model = model;
    this.#buffers = buffers;
    this.#inputs = inputs;
    this.#rowSize = columns.rowSize;
    this.#chunk = Math.min(columns.rowSize + 1, memory.maxBatchSize);
  }

  /**
   * @returns the features that moved the score most, the strongest first; none that did not move it.
   * @throws {Error} where the runtime fails or an output has the wrong length.
   */
  async explain({ features, of }: ExplainTask): Promise<Contribution[]> {
    const buffers = this.#buffers.take();
    try {
      buffers.gather(features, Int32Array.of(0));
      // A copy: its variants take the same buffers.
      const row = this.#inputs.map(
        ({ size }, index) => buffers.inputs[index]?.slice(0, size) ?? new Float32Array(size),
      );
      return strongest(await this.#logitsOfVariants(row, buffers.inputs, of));
    } finally {
      this.#buffers.giveBack(buffers);
    }
  }

  /** The logit of the row as it is, then of the row with each feature occluded in turn. */
  async #logitsOfVariants(row: InputBuffers, buffers: InputBuffers, of: ExplainTask['of']): Promise<Float64Array> {
    const variants = this.#rowSize + 1;
    const logits = new Float64Array(variants);
    for (let first = 0; first < variants; first += this.#chunk) {
      const rows = Math.min(this.#chunk, variants - first);
      this.#fill(row, buffers, first, rows);
      const outputs = await this.#model.infer(buffers, rows);
      for (let index = 0; index < rows; index += 1) logits[first + index] = logitOf(outputs, index, of);
    }
    return logits;
  }

  /** Fills buffers with the variants from `first` on: variant 0 is the row as it is, variant n has feature n − 1 occluded. */
  #fill(row: InputBuffers, buffers: InputBuffers, first: number, rows: number): void {
    let offset = 0;
    for (const [input, { size }] of this.#inputs.entries()) {
      const values = row[input];
      const buffer = buffers[input];
      if (values === undefined || buffer === undefined) throw new Error(`no buffer for input ${input}`);
      for (let index = 0; index < rows; index += 1) {
        buffer.set(values, index * size);
        const occluded = first + index - 1 - offset;
        if (occluded >= 0 && occluded < size) buffer[index * size + occluded] = 0;
      }
      offset += size;
    }
  }
}

function logitOf({ probability, riskScore }: ModelOutputs, row: number, of: ExplainTask['of']): number {
  const scores = of === 'risk' ? (riskScore ?? probability) : probability;
  return logit(scores[row] ?? Number.NaN);
}

function logit(probability: number): number {
  const clamped = Math.min(Math.max(probability, margin), 1 - margin);
  return Math.log(clamped / (1 - clamped));
}

function strongest(logits: Float64Array): Contribution[] {
  const whole = logits[0] ?? Number.NaN;
  const contributions: Contribution[] = [];
  for (let column = 0; column + 1 < logits.length; column += 1) {
    const contribution = whole - (logits[column + 1] ?? Number.NaN);
    // Also drops what is not a number.
    if (Math.abs(contribution) > 0) contributions.push({ column, contribution });
  }
  contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return contributions.slice(0, maxReasons);
}
