import { InferenceError } from '../errors.js';

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
