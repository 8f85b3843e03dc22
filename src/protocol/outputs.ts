import { InferenceError } from '../errors.js';

// What a worker writes of a model's outputs, and how the host reads it.

/**
 * float32 values of outputs of a row: [probability, risk]. Workers turn whatever form a model gives its score in into a probability, so that
 * the host's part of a request is the same for all.
 */
export const outputsPerRow = 2;

/** The widest attention output that is served: room for it is reserved before the graph is known, and not touched until used. */
export const maxAttentionWidth = 256;

/** Whether a model's output can be a probability. Anything else is a failed inference, never a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** A model's two scores for a request, each float32 in [0, 1]. */
export interface Scores {
  fraudProbability: number;
  riskScore: number;
}

/** The failure of a request whose output is no score: NaN, say, where its features overflow the model's arithmetic. */
export function outOfRange(output: 'fraudProbability' | 'riskScore'): InferenceError {
  const what = output === 'riskScore' ? 'risk score' : 'fraud probability';
  const message = `The model's ${what} for this request: expected a number in [0, 1], received something else`;
  return new InferenceError(message, { outOfRange: output });
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
        { outOfRange: 'attention' },
      );
    }
    weights[index] = weight;
  }
  return weights;
}
