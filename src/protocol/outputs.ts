import { InferenceError } from '../errors.js';

// How a worker writes a model's outputs, and how the host reads them.

/**
 * The number of float32 outputs per row: [probability, risk]. Workers turn every form of score into a probability, so that the host handles
 * all models in the same way.
 */
export const outputsPerRow = 2;

/**
 * The widest attention output that is supported. Address space for it is reserved before the graph is known. It uses no memory until it is
 * written.
 */
export const maxAttentionWidth = 256;

/** Whether a model's output can be a probability. Anything else is a failed inference and never becomes a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** A model's two scores for a request, each float32 in [0, 1]. */
export interface Scores {
  fraudProbability: number;
  riskScore: number;
}

/** The error for an output that is not a score, for example NaN because the features overflow the model's arithmetic. */
export function outOfRange(output: 'fraudProbability' | 'riskScore'): InferenceError {
  const what = output === 'riskScore' ? 'risk score' : 'fraud probability';
  const message = `The model's ${what} for this request: expected a number in [0, 1], received something else`;
  return new InferenceError(message, { outOfRange: output });
}

/**
 * Reads the attention weights of one row of a batch.
 *
 * @param width the number of weights; 0 if the model gives none.
 * @returns null if the model gives none.
 * @throws {InferenceError} if a weight is not finite.
 */
export function readAttention(attention: Float32Array, place: number, width: number): number[] | null {
  if (width === 0) return null;
  // Copied in a loop: a view of shared memory and an array from it would take longer than the rest of an answer.
  const first = place * width;
  // Created with its full length: a growing array reserves room for 16 more values.
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
