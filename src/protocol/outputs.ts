import { InferenceError } from '../errors.js';

// What a worker writes of a model's outputs, and how the host reads it.

/** float32 values of outputs of a row: [legitimate logit, fraud logit, risk] or [probability, unused, risk]. */
export const outputsPerRow = 3;

/** The widest attention output that is served: room for it is reserved before the graph is known, and not touched until used. */
export const maxAttentionWidth = 256;

/**
 * The second column of a two-class softmax: exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(a − b)), which overflows nowhere. NaN unless both
 * logits are finite: a model that overflowed has said nothing.
 */
export function softmaxOfTwo(legitimateLogit: number, fraudLogit: number): number {
  const difference = legitimateLogit - fraudLogit;
  return Number.isFinite(difference) ? 1 / (1 + Math.exp(difference)) : Number.NaN;
}

/** Whether a model's output can be a probability. Anything else is a failed inference, never a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** Which outputs a model has. */
export interface OutputForm {
  /** Logits, which softmax turns into a probability; else the output is one already. */
  logits: boolean;
  /** A risk score of its own; else the risk is the probability. */
  riskScore: boolean;
}

/** A model's two scores for a request, each float32 in [0, 1]. */
export interface Scores {
  fraudProbability: number;
  riskScore: number;
}

/** What is wrong with an output that is no score, for the error. */
export function outsideMessage(what: string): string {
  return `The model's ${what} for this request: expected a number in [0, 1], received something else`;
}

/** The two scores of each row of a batch, as the model gave them: what is no probability is found out row by row. */
export interface BatchScores {
  readonly fraudProbability: Float32Array;
  readonly riskScore: Float32Array;
}

export function newBatchScores(maxBatchSize: number): BatchScores {
  return { fraudProbability: new Float32Array(maxBatchSize), riskScore: new Float32Array(maxBatchSize) };
}

/**
 * Reads the scores of a whole batch, which costs less than a row at a time: no number is made an object on the way.
 *
 * @param outputs float32 [rows, outputsPerRow]
 */
export function readScores(outputs: Float32Array, rows: number, form: OutputForm, into: BatchScores): void {
  const { fraudProbability, riskScore } = into;
  for (let row = 0; row < rows; row += 1) {
    const at = row * outputsPerRow;
    const first = outputs[at] as number;
    fraudProbability[row] = form.logits ? softmaxOfTwo(first, outputs[at + 1] as number) : first;
    riskScore[row] = form.riskScore ? (outputs[at + 2] as number) : (fraudProbability[row] as number);
  }
}

/**
 * Reads the attention weights of one row of a batch.
 *
 * @param width how many the model gives; 0 where it gives none.
 * @returns null where it gives none.
 * @throws {InferenceError} where one is not finite.
 */
export function readAttention(attention: Float32Array, place: number, width: number): number[] | null {
  if (width === 0) return null;
  // By hand: a view of shared memory and an array from it would cost more than all the rest of an answer.
  const first = place * width;
  // Of its length from the start: an array that grows takes room for 16 more.
  const weights = new Array<number>(width);
  for (let index = 0; index < width; index += 1) {
    const weight = attention[first + index] as number;
    if (!Number.isFinite(weight)) {
      throw new InferenceError(
        "The model's attention for this request: expected finite numbers, received something else",
      );
    }
    weights[index] = weight;
  }
  return weights;
}
