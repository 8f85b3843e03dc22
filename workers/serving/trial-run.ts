import type { RowScores } from './row-scores.js';

/** A row whose scores are compared, and its scores when it runs alone. */
export interface TargetScores {
  /** Whether the model may meet the row. The other rows are larger, smaller, or all zeros. */
  isPlausible: boolean;
  alone: RowScores;
}

/** Targets that were run together with other rows. */
export interface Company {
  /** The kind of the other rows: other targets, rows a thousand times as large, or zeros. */
  kind: 'others' | 'loud' | 'zeros';
  /** Rows in each batch. */
  size: number;
  /** The scores of the first targets, in order; null if the runtime failed. */
  scores: RowScores[] | null;
}

/** The results of a trial. */
export interface TrialRun {
  /** For rows that the model may meet; null if the runtime failed on a row alone. */
  plausible: (RowScores | null)[];
  /** For the same rows, whether a value is missing and is passed to the model as NaN. */
  haveGaps: readonly boolean[];
  targets: readonly TargetScores[];
  companies: Company[];
  /** The largest company of kind 'others', run once more. */
  again: RowScores[] | null;
  /** For the rows of `cases.json`; empty if there is no such file. */
  cases: (RowScores | null)[];
  /** The runtime's message if it failed; null if it did not. */
  failure: string | null;
}
