import type { AlertName, AlertSeverity, AlertSnapshot } from '../../api/alerts.js';

/** Which values are bad: those above the threshold, or those below. */
export type BadSide = 'above' | 'below';

/** What a rule sees at one look: of the scorer, or of one version. */
export interface Seen {
  /** null: of the scorer as a whole. */
  version: string | null;
  /** null where there is nothing to judge by. */
  value: number | null;
  /** Requests, rows or labels that the value is of; left out where there is no such number. */
  volume?: number;
  /** The limit, where it is not the rule's own. */
  threshold?: number;
  /** Nothing is known at this moment: what stands goes on to stand. */
  isUnknown?: boolean;
}

/** A value that is to be put into words. */
export interface Finding {
  readonly value: number;
  /** The limit. */
  readonly allowed: number;
  readonly version: string | null;
  readonly snapshot: AlertSnapshot;
}

/** A rule as it is in force: what it sees, and when that raises and clears its alert. */
export interface Rule {
  readonly name: AlertName;
  readonly bad: BadSide;
  readonly threshold: number;
  /** The value at which it is cleared; null: a tenth inside the threshold. */
  readonly clearAt: number | null;
  /** Looks in a row that it takes; at least 1. */
  readonly raiseAfter: number;
  readonly clearAfter: number;
  /** Less volume is nothing to judge by. */
  readonly minimumVolume: number;
  /** null: by how far the value is beyond the threshold. */
  readonly severity: AlertSeverity | null;
  readonly affectsHealth: boolean;
  /** Whether it is also looked at between the looks of every second. */
  readonly isUrgent: boolean;
  /** What to look at first; may be empty. */
  readonly advice: string;
  /**
   * A pure function of the snapshot. A version that is left out has nothing to judge by.
   *
   * @returns null where nothing is known at this moment: what stands goes on to stand.
   */
  readonly see: (snapshot: AlertSnapshot) => readonly Seen[] | null;
  /** What is seen, and what is allowed. */
  readonly describe: (finding: Finding) => string;
}

/** What a rule sees where it judges the scorer as a whole alone. */
export function whole(value: number | null, volume?: number): readonly Seen[] {
  return [volume === undefined ? { version: null, value } : { version: null, value, volume }];
}
