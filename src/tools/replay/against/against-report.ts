import type { DecisionPolicy } from '../../../api/policy.js';
import type { Decision } from '../../../api/result.js';
import type { Confusion } from './confusion.js';
import type { ScoreDifferences } from './score-differences.js';

/** By the recorded decision, then by the other model's. */
export type DecisionMatrix = Record<Decision, Record<Decision, number>>;

/** What another model would have decided. */
export interface AgainstReport {
  model: { name: string; version: string; sha256: string };
  /** Whose thresholds decide: those of the other model's manifest, or the recorded ones. */
  policy: 'own' | 'recorded';
  /** null where they are the recorded ones, which may differ from decision to decision. */
  thresholds: DecisionPolicy | null;
  /** Decisions that were compared: those that callers got and a model took. Where the host changed one, the policy's own. */
  decisions: number;
  decidedByHost: number;
  /** Decisions that could not be compared. */
  skipped: AgainstSkips;
  flips: DecisionMatrix;
  /** Decisions that would have been others. */
  flipped: number;
  /** The other model's fraud probability less the recorded one; null without decisions. */
  scoreDifference: ScoreDifferences | null;
  /** Sums of the amounts that the records have, as `flips`; null where they have none. */
  amounts: { decisions: number; flips: DecisionMatrix } | null;
  /** By labels; null where there are none. */
  labels: {
    decisions: number;
    frauds: number;
    /** Labels whose id the records do not have. */
    withoutId: number;
    recorded: Confusion;
    against: Confusion;
  } | null;
  /** What is to be known of how features were taken over. */
  notes: string[];
}

export interface AgainstSkips {
  /** Copies: their callers got the answer of another version, which counts. */
  shadow: number;
  fallback: number;
  /** Features are masked, or absent. */
  noFeatures: number;
  /** A value is none that the other model takes. */
  unreadable: number;
  /** The runtime failed on the batch. */
  failed: number;
}

export function emptyMatrix(): DecisionMatrix {
  const row = () => ({ APPROVE: 0, REVIEW: 0, BLOCK: 0 });
  return { APPROVE: row(), REVIEW: row(), BLOCK: row() };
}
