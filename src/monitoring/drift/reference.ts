/** The distribution of a feature or the score in the reference, as shares of bins. */
export type BinnedShares = NumberBins | TextBins;

export interface NumberBins {
  /**
   * Bounds of the bins, ascending. Bin i holds values from edges[i − 1] up to, but not including, edges[i]. The first and the last bin are
   * open.
   */
  readonly edges: readonly number[];
  /** The share of each bin: one more than edges. Together with `missing` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of NaN, which may stand for a missing value. @default 0 */
  readonly missing?: number;
  /** How far the reference's own rows of a short period were from the whole. If there are phases, each has its own value. @default 0 */
  readonly usual?: number;
  /** If the reference has phases: the shares of each phase in the same bins. */
  readonly phases?: readonly NumberPhase[];
}

/** The shares of a phase. */
export type NumberPhase = Pick<NumberBins, 'shares' | 'missing' | 'usual'>;

export interface TextBins {
  /** The texts that have their own bin. */
  readonly values: readonly string[];
  /** The share of each of them. Together with `other` they sum to 1. */
  readonly shares: readonly number[];
  /** The share of all other texts. @default 0 */
  readonly other?: number;
  /** As for numbers. @default 0 */
  readonly usual?: number;
  /** As for numbers. */
  readonly phases?: readonly TextPhase[];
}

/** The shares of a phase. */
export type TextPhase = Pick<TextBins, 'shares' | 'other' | 'usual'>;

/** The reference that `fraud-scorer reference` writes into a manifest. Drift is measured against it. */
export interface DriftReference {
  /** Rows that it was made from, at least 1. */
  readonly rows: number;
  /**
   * The rows of each phase, if there are several. A phase is a part of the reference whose rows are similar, such as the first weeks
   * without histories, or nights. New rows are compared with the nearest phase.
   */
  readonly phases?: readonly number[];
  /** The distribution of the fraud probability. */
  readonly score: NumberBins;
  /** By input, a list with an item for each feature; null if the feature is not watched. */
  readonly inputs: Readonly<Record<string, readonly (BinnedShares | null)[]>>;
}

export function isTextBins(bins: BinnedShares): bins is TextBins {
  return 'values' in bins;
}

/** The shares of all bins in counting order: the bins, then the one for missing values or other texts. */
export function sharesOf(bins: NumberPhase | TextPhase): number[] {
  const rest = 'other' in bins ? bins.other : 'missing' in bins ? bins.missing : 0;
  return [...bins.shares, rest ?? 0];
}

/** The shares that a window is compared with: those of each phase, or of all rows if there are no phases. */
export function phasesOf(bins: BinnedShares): readonly (NumberPhase | TextPhase)[] {
  return bins.phases ?? [bins];
}
