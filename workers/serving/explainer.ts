import {
  type Contribution,
  type ExplainTask,
  type InputSpec,
  maxReasons,
  type WorkerConfig,
} from '../../src/protocol/serving.js';
import { type InputBuffers, putValues } from '../thread/input-buffers.js';
import type { ModelOutputs, ModelSession } from '../thread/model-session.js';
import type { BufferPool, RunBuffers } from './run-buffers.js';

/** Probabilities are kept this far from 0 and 1, where their logit is infinite. */
const margin = 1e-7;

/**
 * Explains a score by occlusion: for each feature, how much the score's logit falls if the feature is replaced by its training mean, or by
 * its value for a missing feature. After normalisation the mean is 0. A feature without either is replaced by 0.
 */
export class Explainer {
  readonly #model: ModelSession;
  readonly #inputs: readonly InputSpec[];
  readonly #features: number;
  readonly #chunk: number;
  readonly #buffers: Pick<BufferPool, 'take' | 'giveBack'>;

  constructor(
    model: ModelSession,
    buffers: Pick<BufferPool, 'take' | 'giveBack'>,
    { inputs, memory }: { inputs: WorkerConfig['inputs']; memory: Pick<WorkerConfig['memory'], 'maxBatchSize'> },
  ) {
    this.#model = model;
    this.#buffers = buffers;
    this.#inputs = inputs;
    this.#features = inputs.reduce((sum, { size }) => sum + size, 0);
    this.#chunk = Math.min(this.#features + 1, memory.maxBatchSize);
  }

  /**
   * @returns the features that moved the score most, the strongest first. Features that did not move it are left out.
   * @throws {Error} if the runtime fails or an output has the wrong length.
   */
  async explain({ features, of }: Pick<ExplainTask, 'features' | 'of'>): Promise<Contribution[]> {
    const buffers = this.#buffers.take();
    try {
      buffers.gather(features, Int32Array.of(0));
      // Make a copy, because the variants use the same buffers.
      const row = this.#inputs.map(({ size }, index) => buffers.inputs[index]?.slice(0, size) ?? []);
      return strongest(await this.#logitsOfVariants(row, buffers, of));
    } finally {
      this.#buffers.giveBack(buffers);
    }
  }

  /** The logit of the unchanged row, then of the row with each feature occluded. */
  async #logitsOfVariants(row: InputBuffers, buffers: RunBuffers, of: ExplainTask['of']): Promise<Float64Array> {
    const variants = this.#features + 1;
    const logits = new Float64Array(variants);
    for (let first = 0; first < variants; first += this.#chunk) {
      const rows = Math.min(this.#chunk, variants - first);
      this.#fill(row, buffers, first, rows);
      const outputs = await this.#model.infer(buffers.inputs, rows);
      for (let index = 0; index < rows; index += 1) logits[first + index] = logitOf(outputs, index, of);
    }
    return logits;
  }

  /** Fills buffers with the variants from `first` on. Variant 0 is the unchanged row; variant n has feature n − 1 occluded. */
  #fill(row: InputBuffers, { inputs, references }: RunBuffers, first: number, rows: number): void {
    let offset = 0;
    for (const [input, { size }] of this.#inputs.entries()) {
      const [values, buffer, reference] = [row[input], inputs[input], references[input]];
      if (values === undefined || buffer === undefined || reference === undefined) {
        throw new Error(`no buffer for input ${input}`);
      }
      for (let index = 0; index < rows; index += 1) {
        putValues(buffer, values, index * size);
        const occluded = first + index - 1 - offset;
        if (occluded < 0 || occluded >= size) continue;
        putValues(buffer, reference.slice(occluded, occluded + 1), index * size + occluded);
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
    // This comparison also drops values that are not numbers.
    if (Math.abs(contribution) > 0) contributions.push({ column, contribution });
  }
  contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return contributions.slice(0, maxReasons);
}
