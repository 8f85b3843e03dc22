/** What a feature, or the score, looked like in the reference: how the values fell into bins. */
export type BinnedShares = NumberBins | TextBins;

export interface NumberBins {
  /** Where bins begin, ascending: bin i holds the values from edges[i − 1] up to, not including, edges[i]; the first and the last are open. */
  readonly edges: readonly number[];
  /** Of each bin: one more than edges. With `missing` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of NaN, which a missing value may be. @default 0 */
  readonly missing?: number;
  /** How far the reference's own rows of a short time were from it; where there are phases, they have their own. @default 0 */
  readonly usual?: number;
  /** Where the reference has phases: the same of each phase, in the same bins. */
  readonly phases?: readonly NumberPhase[];
}

/** The shares of a phase. */
export type NumberPhase = Pick<NumberBins, 'shares' | 'missing' | 'usual'>;

export interface TextBins {
  /** The texts that have a bin of their own. */
  readonly values: readonly string[];
  /** Of each of them. With `other` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of all other texts. @default 0 */
  readonly other?: number;
  /** As of numbers. @default 0 */
  readonly usual?: number;
  /** As of numbers. */
  readonly phases?: readonly TextPhase[];
}

/** The shares of a phase. */
export type TextPhase = Pick<TextBins, 'shares' | 'other' | 'usual'>;

/** What `fraud-scorer reference` writes into a manifest: drift is measured against it. */
export interface DriftReference {
  /** Rows that it was made of, at least 1. */
  readonly rows: number;
  /**
   * The rows of each phase, where there are several. A phase is a part of the reference whose rows look alike, such as the first weeks without
   * histories, or nights: what is seen is compared with the phase that it is nearest to.
   */
  readonly phases?: readonly number[];
  /** Of the probability of fraud. */
  readonly score: NumberBins;
  /** By input, a list with an item for each feature; null where the feature is not watched. */
  readonly inputs: Readonly<Record<string, readonly (BinnedShares | null)[]>>;
}

export function isTextBins(bins: BinnedShares): bins is TextBins {
  return 'values' in bins;
}

/** The shares of all bins in the order in which they are counted: the bins, then that of missing values or of other texts. */
export function sharesOf(bins: NumberPhase | TextPhase): number[] {
  const rest = 'other' in bins ? bins.other : 'missing' in bins ? bins.missing : 0;
  return [...bins.shares, rest ?? 0];
}

/** What a window is compared with, of each phase: all rows, where there are no phases. */
export function phasesOf(bins: BinnedShares): readonly (NumberPhase | TextPhase)[] {
  return bins.phases ?? [bins];
}
