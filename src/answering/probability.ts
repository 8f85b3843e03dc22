/**
 * The second column of a two-class softmax, in float32: exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(a − b)),
 * which overflows nowhere. NaN unless both logits are finite: a model that overflowed has said nothing.
 */
export function softmaxOfTwo(legitimateLogit: number, fraudLogit: number): number {
  const difference = legitimateLogit - fraudLogit;
  if (!Number.isFinite(difference)) return Number.NaN;
  return Math.fround(1 / (1 + Math.exp(difference)));
}

/** Whether a model's output can be a probability. Anything else is a failed inference, never a decision. */
export function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}
