import type { OutcomeLimits } from '../api/options.js';
import type { Outcome } from '../api/outcome.js';
import type { Decision } from '../api/result.js';
import type { Clock } from '../host/clock.js';
import { flatCopy } from '../host/flat-copy.js';
import { LabelCounts } from './label-counts.js';
import { ratio } from './ratio.js';

/** What is known of a decision whose label may still come, or be revised. */
interface Entry {
  decision: Decision;
  /** null until it is known. */
  isFraud: boolean | null;
  /** On the monotonic clock, which does not jump. */
  decidedAt: number;
  /** Decided by this scorer, not told by the host. */
  isOwn: boolean;
  /** Of the version that decided; null where that is not known here. */
  version: LabelCounts | null;
}

/** Labels the false positive rate of alerts is taken over. */
const recentLabels = 1_000;

/**
 * Compares decisions with the labels that come later: a confusion matrix, and the false positive rate of the latest labels. A transaction that is
 * scored again counts once, by its latest decision.
 */
export class OutcomeStore {
  readonly #clock: Clock;
  readonly #limits: OutcomeLimits;
  /** In order of arrival. That is the order of decision, except for decisions that the host reports from its own records. */
  readonly #entries = new Map<string, Entry>();
  readonly #counts = new LabelCounts();
  /** The decisions that were labelled legitimate most recently; some may have been revised since. */
  readonly #recentLegitimate: Entry[] = [];
  #recentNext = 0;
  /** The same moment on both clocks. */
  readonly #start: { now: number; epochMs: number };

  constructor(clock: Clock, limits: OutcomeLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#start = { now: clock.now(), epochMs: clock.epochMs() };
  }

  /** Remembers a decision, so that a label can be matched with it. @param version whose decision it is. */
  expect(id: string, decision: Decision, version: LabelCounts | null = null): void {
    const decidedAt = this.#clock.now();
    const key = flatCopy(id);
    const known = this.#find(key);
    if (known === null || known.isFraud === null) {
      this.#remember(key, { decision, isFraud: null, decidedAt, isOwn: true, version });
      return;
    }
    this.#uncount(known, known.isFraud);
    // The entry itself is changed, because it may be among the most recent labels.
    this.#remember(key, Object.assign(known, { decision, decidedAt, isOwn: true, version }));
    this.#count(known, known.isFraud);
  }

  /**
   * @param version those of the version that the host names, where it is known.
   * @returns whether the label could be matched with a decision.
   */
  record(outcome: Outcome, version: LabelCounts | null = null): boolean {
    const { id, isFraud } = outcome;
    this.forgetExpired();
    const entry = this.#find(id) ?? this.#entryOf(outcome, version);
    if (entry === null) return false;
    if (entry.isFraud === isFraud) return true;
    if (entry.isFraud !== null) this.#uncount(entry, entry.isFraud);
    entry.isFraud = isFraud;
    this.#count(entry, isFraud);
    if (!isFraud) this.#noteLegitimate(entry);
    return true;
  }

  /** Drops decisions whose label is no longer expected. */
  forgetExpired(): void {
    for (const [id, entry] of this.#entries) {
      if (!this.#isExpired(entry)) return;
      this.#entries.delete(id);
    }
  }

  /** The share flagged of the most recent labels that were legitimate, and how many those are. */
  recentFalsePositiveRate(): { rate: number | null; labels: number } {
    const legitimate = new Set(this.#recentLegitimate.filter(({ isFraud }) => isFraud === false));
    const flagged = [...legitimate].filter(({ decision }) => decision !== 'APPROVE').length;
    return { rate: ratio(flagged, legitimate.size), labels: legitimate.size };
  }

  /** @param total the decisions that labels are compared with. */
  summary(total: number): ReturnType<LabelCounts['summary']> {
    return this.#counts.summary(total);
  }

  #count({ decision, isOwn, version }: Entry, isFraud: boolean): void {
    for (const counts of [this.#counts, version]) {
      counts?.confusion.add(decision, isFraud);
      if (isOwn && counts !== null) counts.labelledOwn += 1;
    }
  }

  #uncount({ decision, isOwn, version }: Entry, isFraud: boolean): void {
    for (const counts of [this.#counts, version]) {
      counts?.confusion.remove(decision, isFraud);
      if (isOwn && counts !== null) counts.labelledOwn -= 1;
    }
  }

  /** A decision from the host's own records, kept so that its label can be revised too. */
  #entryOf({ id, decision, version: name, decidedAt }: Outcome, version: LabelCounts | null): Entry | null {
    if (decision === undefined || name === undefined) return null;
    const ageMs = decidedAt === undefined ? 0 : this.#ageMs(decidedAt);
    const entry = { decision, isFraud: null, decidedAt: this.#clock.now() - ageMs, isOwn: false, version };
    this.#remember(flatCopy(id), entry);
    return entry;
  }

  /**
   * How long ago a time of the wall clock was; 0 for one in the future. The wall clock may have jumped since the start, or be wrong for
   * a moment. So the present time is taken in two ways, and the earlier one counts: keeping a decision for too long does no harm.
   */
  #ageMs(epochMs: number): number {
    const sinceStartMs = this.#clock.now() - this.#start.now;
    const nowEpochMs = Math.min(this.#clock.epochMs(), this.#start.epochMs + sinceStartMs);
    return Math.max(nowEpochMs - epochMs, 0);
  }

  /** Looks at the age too: an old decision that the host reports can lie behind younger ones, where `forgetExpired` does not come to it. */
  #find(id: string): Entry | null {
    const entry = this.#entries.get(id);
    return entry === undefined || this.#isExpired(entry) ? null : entry;
  }

  #isExpired({ decidedAt }: Entry): boolean {
    return this.#clock.now() - decidedAt >= this.#limits.ttlMs;
  }

  /** @param id kept for long: a flat copy. */
  #remember(id: string, entry: Entry): void {
    const before = this.#entries.size;
    this.#entries.set(id, entry);
    if (this.#entries.size === before) {
      // `set` keeps the old place of a known id, whose decision is the latest now: it goes to the end.
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
