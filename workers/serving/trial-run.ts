import type { RowScores } from './row-scores.js';

/** A row whose scores are compared, and its scores in a run of its own. */
export interface TargetScores {
  /** Whether the model may meet it; the others are larger or smaller, or all zeros. */
  isPlausible: boolean;
  alone: RowScores;
}

/** Targets that were run beside other rows. */
export interface Company {
  /** What the other rows were: other targets, rows a thousand times as large, or zeros. */
  kind: 'others' | 'loud' | 'zeros';
  /** Rows of each batch. */
  size: number;
  /** Of the first targets, in their order; null where the runtime failed. */
  scores: RowScores[] | null;
}

/** What was seen in a trial. */
export interface TrialRun {
  /** Of rows that the model may meet; null where the runtime failed on one alone. */
  plausible: (RowScores | null)[];
  /** Of the same rows, whether a value is missing and goes to the model as NaN. */
  haveGaps: readonly boolean[];
  targets: readonly TargetScores[];
  companies: Company[];
  /** The largest company of 'others', once more. */
  again: RowScores[] | null;
  /** Of the rows of `cases.json`, likewise; none where there is no such file. */
  cases: (RowScores | null)[];
  /** What the runtime said where it failed; null where it did not. */
  failure: string | null;
}
