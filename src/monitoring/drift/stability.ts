import { correctedShare, stabilityTerm } from '../population-stability.js';

/** Shares below this count as this much: a bin that the reference never saw must not make a single row look like a drift. */
const leastShare = 1e-4;

/** The shares of a reference, ready to compare counts with. */
export interface ExpectedShares {
  /** Of each bin, above 0. */
  readonly shares: Float64Array;
  /** Bins that the reference had rows in. */
  readonly filled: number;
  /** Rows of the reference. */
  readonly rows: number;
}

export function expectedShares(shares: readonly number[], rows: number): ExpectedShares {
  return {
    shares: Float64Array.from(shares, (share) =>
      Math.max(correctedShare(share * rows, rows, shares.length), leastShare),
    ),
    filled: shares.filter((share) => share > 0).length,
    rows,
  };
}

/**
 * The population stability index of counts against a reference, less what it is on average by chance alone where nothing has drifted:
 * about (bins − 1) · (1/n + 1/m), as n times the index is nearly χ² distributed (B. Yurdakul, Statistical Properties of the Population
 * Stability Index, 2018).
 *
 * @param counts of all features' bins; those of this one begin at `first`.
 * @param rows counted, at least 1.
 * @returns at least 0.
 */
export function driftOf(expected: ExpectedShares, counts: Uint32Array, first: number, rows: number): number {
  const { shares, filled } = expected;
  const bins = shares.length;
  let index = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const actual = correctedShare(counts[first + bin] as number, rows, bins);
    index += stabilityTerm(shares[bin] as number, actual);
  }
  const byChance = Math.max(filled - 1, 0) * (1 / rows + 1 / expected.rows);
  return Math.max(index - byChance, 0);
}
