import type { AlertName, AlertSeverity, AlertSnapshot } from '../../api/alerts.js';

/** Which values are bad: those above the threshold, or those below. */
export type BadSide = 'above' | 'below';

/** What a rule sees in one check, for the scorer or for one version. */
export interface Seen {
  /** null for the scorer as a whole. */
  version: string | null;
  /** null if there is nothing to judge. */
  value: number | null;
  /** The number of requests, rows or labels behind the value; absent if there is no such number. */
  volume?: number;
  /** The limit, if it is not the rule's own. */
  threshold?: number;
  /** Nothing is known now, so an active alert stays active. */
  isUnknown?: boolean;
}

/** A value to describe in a message. */
export interface Finding {
  readonly value: number;
  /** The limit. */
  readonly allowed: number;
  readonly version: string | null;
  readonly snapshot: AlertSnapshot;
}

/** An active rule: what it sees, and when its alert is raised and cleared. */
export interface Rule {
  readonly name: AlertName;
  readonly bad: BadSide;
  readonly threshold: number;
  /** The value at which the alert is cleared; null means a tenth inside the threshold. */
  readonly clearAt: number | null;
  /** The number of checks in a row that are needed; at least 1. */
  readonly raiseAfter: number;
  readonly clearAfter: number;
  /** With less volume, nothing is judged. */
  readonly minimumVolume: number;
  /** null means: by how far the value is beyond the threshold. */
  readonly severity: AlertSeverity | null;
  readonly affectsHealth: boolean;
  /** Whether it is also checked between the checks of every second. */
  readonly isUrgent: boolean;
  /** What to look at first. May be empty. */
  readonly advice: string;
  /**
   * A pure function of the snapshot. A version that is not in the result has nothing to judge.
   *
   * @returns null if nothing is known now. Then active alerts stay active.
   */
  readonly see: (snapshot: AlertSnapshot) => readonly Seen[] | null;
  /** Describes the value and the limit. */
  readonly describe: (finding: Finding) => string;
}

/** For a rule that only judges the scorer as a whole. */
export function whole(value: number | null, volume?: number): readonly Seen[] {
  return [volume === undefined ? { version: null, value } : { version: null, value, volume }];
}
