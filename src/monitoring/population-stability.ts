/**
 * The population stability index Σ (a − e) · ln(a / e) of two lists of shares, both above 0 and of the same length. It is 0 where they are
 * equal, never below 0, and the same in either direction.
 *
 * Source: N. Siddiqi, Credit Risk Scorecards, Wiley 2006; it is the symmetric Kullback–Leibler divergence (Jeffreys).
 */
export function stabilityIndex(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let index = 0;
  for (let bin = 0; bin < expected.length; bin += 1) {
    index += stabilityTerm(expected[bin] as number, actual[bin] as number);
  }
  return index;
}

/** What one bin adds to the index; never below 0. Both shares are above 0. */
export function stabilityTerm(expectedShare: number, actualShare: number): number {
  return (actualShare - expectedShare) * Math.log(actualShare / expectedShare);
}

/** Added to each count, so that an empty bin has no infinite logarithm (Jeffreys). */
export const correction = 0.5;

/** The share of a bin among `bins`, never 0. @param count of the bin's rows, which may have a fraction. @param total of all bins. */
export function correctedShare(count: number, total: number, bins: number): number {
  return (count + correction) / (total + correction * bins);
}
