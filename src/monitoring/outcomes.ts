import type { Clock } from '../clock.js';
import type { BusinessSummary, Decision, Outcome } from '../types.js';
import { ratio } from './ratio.js';

/** What is known of a decision whose label may still come, or be revised. */
interface Entry {
  flagged: boolean;
  /** null until it is known. */
  isFraud: boolean | null;
  decidedAt: number;
  /** Decided by this scorer, not told by the host. */
  isOwn: boolean;
}

export interface OutcomeLimits {
  /** Decisions that wait for a label; the oldest go first. */
  maxPending: number;
  /** Milliseconds after which a label is no longer expected. */
  ttlMs: number;
}

/** Labels the false positive rate of alerts is taken over. */
const recentLabels = 1_000;

/** Compares decisions with the labels that come later: a confusion matrix, and the false positive rate of late. */
export class OutcomeStore {
  readonly #clock: Clock;
  readonly #limits: OutcomeLimits;
  /** In the order of decision, which is the order of insertion. */
  readonly #entries = new Map<string, Entry>();
  readonly #confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  /** The decisions that were labelled legitimate most recently; some may have been revised since. */
  readonly #recentLegitimate: Entry[] = [];
  #recentNext = 0;
  #labelledOwn = 0;

  constructor(clock: Clock, limits: OutcomeLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Remembers a decision, so that a label can be matched with it. */
  expect(id: string, decision: Decision): void {
    this.#remember(id, { flagged: isFlagged(decision), isFraud: null, decidedAt: this.#clock.epochMs(), isOwn: true });
  }

  /** @returns whether the label could be matched with a decision. */
  record(outcome: Outcome): boolean {
    const { id, isFraud } = outcome;
    this.forgetExpired();
    const entry = this.#entries.get(id) ?? this.#entryOf(outcome);
    if (entry === null) return false;
    if (entry.isFraud === isFraud) return true;
    if (entry.isFraud === null && entry.isOwn) this.#labelledOwn += 1;
    if (entry.isFraud !== null) this.#confusion[cell(entry.flagged, entry.isFraud)] -= 1;
    entry.isFraud = isFraud;
    this.#confusion[cell(entry.flagged, isFraud)] += 1;
    if (!isFraud) this.#noteLegitimate(entry);
    return true;
  }

  /** Drops decisions whose label is no longer expected. */
  forgetExpired(): void {
    const oldest = this.#clock.epochMs() - this.#limits.ttlMs;
    for (const [id, { decidedAt }] of this.#entries) {
      if (decidedAt > oldest) return;
      this.#entries.delete(id);
    }
  }

  /** The share flagged of the most recent labels that were legitimate, and how many those are. */
  recentFalsePositiveRate(): { rate: number | null; labels: number } {
    const legitimate = new Set(this.#recentLegitimate.filter(({ isFraud }) => isFraud === false));
    const flagged = [...legitimate].filter((entry) => entry.flagged).length;
    return { rate: ratio(flagged, legitimate.size), labels: legitimate.size };
  }

  /** @param total the decisions that labels are compared with. */
  summary(
    total: number,
  ): Pick<
    BusinessSummary,
    'labelled' | 'labelCoverage' | 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'
  > {
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = this.#confusion;
    const labelled = truePositives + falsePositives + trueNegatives + falseNegatives;
    return {
      labelled,
      labelCoverage: ratio(this.#labelledOwn, total),
      confusion: { truePositives, falsePositives, trueNegatives, falseNegatives },
      precision: ratio(truePositives, truePositives + falsePositives),
      detectionRate: ratio(truePositives, truePositives + falseNegatives),
      falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
    };
  }

  /** A decision from the host's own records, kept so that its label can be revised too. */
  #entryOf({ id, decision, version, decidedAt }: Outcome): Entry | null {
    if (decision === undefined || version === undefined) return null;
    const now = this.#clock.epochMs();
    const entry: Entry = {
      flagged: isFlagged(decision),
      isFraud: null,
      // A time yet to come would keep those behind it from being forgotten.
      decidedAt: Math.min(decidedAt ?? now, now),
      isOwn: false,
    };
    this.#remember(id, entry);
    return entry;
  }

  #remember(id: string, entry: Entry): void {
    const before = this.#entries.size;
    this.#entries.set(id, entry);
    if (this.#entries.size === before) {
      // An id that was there already kept its place; the map's order must stay the order of decision.
      this.#entries.delete(id);
      this.#entries.set(id, entry);
    }
    if (this.#entries.size <= this.#limits.maxPending) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  #noteLegitimate(entry: Entry): void {
    this.#recentLegitimate[this.#recentNext] = entry;
    this.#recentNext = (this.#recentNext + 1) % recentLabels;
  }
}

function isFlagged(decision: Decision): boolean {
  return decision !== 'APPROVE';
}

function cell(
  flagged: boolean,
  isFraud: boolean,
): 'truePositives' | 'falsePositives' | 'trueNegatives' | 'falseNegatives' {
  if (flagged) return isFraud ? 'truePositives' : 'falsePositives';
  return isFraud ? 'falseNegatives' : 'trueNegatives';
}
