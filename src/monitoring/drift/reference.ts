/** What a feature, or the score, looked like in the reference: how the values fell into bins. */
export type BinnedShares = NumberBins | TextBins;

export interface NumberBins {
  /** Where bins begin, ascending: bin i holds the values from edges[i − 1] up to, not including, edges[i]; the first and the last are open. */
  readonly edges: readonly number[];
  /** Of each bin: one more than edges. With `missing` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of NaN, which a missing value may be. @default 0 */
  readonly missing?: number;
}

export interface TextBins {
  /** The texts that have a bin of their own. */
  readonly values: readonly string[];
  /** Of each of them. With `other` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of all other texts. @default 0 */
  readonly other?: number;
}

/** What `fraud-scorer reference` writes into a manifest: drift is measured against it. */
export interface DriftReference {
  /** Rows that it was made of, at least 1. */
  readonly rows: number;
  /** Of the probability of fraud. */
  readonly score: NumberBins;
  /** By input, a list with an item for each feature; null where the feature is not watched. */
  readonly inputs: Readonly<Record<string, readonly (BinnedShares | null)[]>>;
}

export function isTextBins(bins: BinnedShares): bins is TextBins {
  return 'values' in bins;
}

/** The shares of all bins in the order in which they are counted: the bins, then that of missing values or of other texts. */
export function sharesOf(bins: BinnedShares): number[] {
  return [...bins.shares, (isTextBins(bins) ? bins.other : bins.missing) ?? 0];
}
