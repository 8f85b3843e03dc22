import { DAY_MS, HOUR_MS } from '../units.js';
import { BucketWindow } from './bucket-window.js';
import type { KnownLabels, LabelSummary } from './label-summary.js';

const LABELS = 0;
const FRAUDS = 1;

/** A spell of fraud ends when none has been seen for this long. */
const SPELL_GAP_MS = 14 * DAY_MS;

/** Weight of the newest label in `recentShare`. */
const RECENT_WEIGHT = 0.3;

/**
 * What is known about the labels of a customer's or a terminal's transactions, none of it sooner than the delay after
 * the transaction. Labels wait in buckets of 1/56 of the delay (three hours for seven days; at least an hour) and become known
 * when the whole bucket is old enough, so they may come up to a bucket later than the delay, never earlier.
 */
export class LabelHistory {
  readonly #delayMs: number;
  readonly #pending: BucketWindow;
  readonly #known = new BucketWindow(12 * HOUR_MS, 30 * DAY_MS, 2);
  #fraudRun = 0;
  #genuineRun = 0;
  #spellLabels = 0;
  #spellFrauds = 0;
  #recentShare = 0;
  #lastFraudMs: number | undefined;
  #lastGenuineMs: number | undefined;
  #spellStartMs: number | undefined;
  #genuineBeforeSpellMs: number | undefined;

  constructor(delayMs: number) {
    const widthMs = Math.max(delayMs / 56, HOUR_MS);
    this.#delayMs = delayMs;
    this.#pending = new BucketWindow(widthMs, delayMs + widthMs, 2);
  }

  /** Takes in a label that becomes known later. Call `advance` with the same time first. */
  add(timestampMs: number, isFraud: boolean): void {
    this.#pending.add(timestampMs, 1, isFraud ? 1 : 0);
  }

  /** Learns the labels that have become known by now. */
  advance(nowMs: number): void {
    const knownUntilMs = nowMs - this.#delayMs;
    for (let endMs = this.#pending.oldestEndMs(); endMs <= knownUntilMs; endMs = this.#pending.oldestEndMs()) {
      this.#learn(endMs - 1, this.#pending.oldest(LABELS), this.#pending.oldest(FRAUDS));
      this.#pending.dropOldest();
    }
  }

  /** Writes what is known by the time of the last `advance`. */
  summarise(nowMs: number, into: LabelSummary): void {
    const knownUntilMs = nowMs - this.#delayMs;
    count(this.#known, knownUntilMs - DAY_MS, into.within1d);
    count(this.#known, knownUntilMs - 7 * DAY_MS, into.within7d);
    count(this.#known, knownUntilMs - 30 * DAY_MS, into.within30d);
    into.fraudRun = this.#fraudRun;
    into.genuineRun = this.#genuineRun;
    into.spell.labels = this.#spellLabels;
    into.spell.frauds = this.#spellFrauds;
    into.recentShare = this.#recentShare;
    into.daysSinceFraud = days(nowMs, this.#lastFraudMs);
    into.daysSinceGenuine = days(nowMs, this.#lastGenuineMs);
    into.daysSinceSpellStart = days(nowMs, this.#spellStartMs);
    into.daysSinceGenuineBeforeSpell = days(nowMs, this.#genuineBeforeSpellMs);
  }

  #learn(timestampMs: number, labels: number, frauds: number): void {
    this.#known.add(timestampMs, labels, frauds);
    const genuine = labels - frauds;
    if (genuine > 0) {
      this.#lastGenuineMs = timestampMs;
      this.#genuineRun += genuine;
      this.#fraudRun = 0;
    }
    if (frauds > 0) {
      if (this.#lastFraudMs === undefined || timestampMs - this.#lastFraudMs > SPELL_GAP_MS) {
        this.#spellStartMs = timestampMs;
        this.#genuineBeforeSpellMs = this.#lastGenuineMs;
        this.#spellLabels = 0;
        this.#spellFrauds = 0;
      }
      this.#lastFraudMs = timestampMs;
      this.#fraudRun += frauds;
      this.#genuineRun = 0;
    }
    if (this.#spellStartMs !== undefined) {
      this.#spellLabels += labels;
      this.#spellFrauds += frauds;
    }
    const kept = (1 - RECENT_WEIGHT) ** labels;
    this.#recentShare = this.#recentShare * kept + (1 - kept) * (frauds / labels);
  }
}

function days(nowMs: number, sinceMs: number | undefined): number | undefined {
  return sinceMs === undefined ? undefined : (nowMs - sinceMs) / DAY_MS;
}

const sums = new Float64Array(2);

function count(known: BucketWindow, sinceMs: number, into: KnownLabels): void {
  if (known.length === 0) {
    into.labels = 0;
    into.frauds = 0;
    return;
  }
  known.sum(sinceMs, sums);
  into.labels = sums[LABELS] ?? 0;
  into.frauds = sums[FRAUDS] ?? 0;
}
