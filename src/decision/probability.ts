/**
 * The second column of a two-class softmax, in float32: exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(a − b)),
 * which overflows nowhere.
 */
export function softmaxOfTwo(legitimateLogit: number, fraudLogit: number): number {
  return Math.fround(1 / (1 + Math.exp(legitimateLogit - fraudLogit)));
}

/** Whether a model's output can be a probability. Anything else is a failed inference, never a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}
