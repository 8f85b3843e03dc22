/**
 * The population stability index Σ (a − e) · ln(a / e) of two lists of shares of the same length, all above 0. It is 0 for equal shares,
 * never negative, and symmetric.
 *
 * Source: N. Siddiqi, Credit Risk Scorecards, Wiley 2006. It is the symmetric Kullback–Leibler divergence (Jeffreys).
 */
export function stabilityIndex(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let index = 0;
  for (let bin = 0; bin < expected.length; bin += 1) {
    index += stabilityTerm(expected[bin] as number, actual[bin] as number);
  }
  return index;
}

/** The part of one bin, never negative. Both shares are above 0. */
export function stabilityTerm(expectedShare: number, actualShare: number): number {
  return (actualShare - expectedShare) * Math.log(actualShare / expectedShare);
}

/** Added to each count, so that an empty bin has no infinite logarithm (Jeffreys). */
export const correction = 0.5;

/** The share of a bin, never 0. @param count the bin's rows, which may have a fraction. @param total the rows of all bins. */
export function correctedShare(count: number, total: number, bins: number): number {
  return (count + correction) / (total + correction * bins);
}
