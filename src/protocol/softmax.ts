/**
 * The second column of a two-class softmax: exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(a − b)), which overflows nowhere. NaN unless both
 * logits are finite: a model that overflowed has said nothing.
 */
export function softmaxOfTwo(legitimateLogit: number, fraudLogit: number): number {
  const difference = legitimateLogit - fraudLogit;
  return Number.isFinite(difference) ? 1 / (1 + Math.exp(difference)) : Number.NaN;
}
