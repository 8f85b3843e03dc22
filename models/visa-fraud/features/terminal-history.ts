import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units.js';
import { BucketWindow } from './bucket-window.js';
import { LabelHistory } from './label-history.js';

const COUNT = 0;
const SUM = 1;
const SQUARES = 2;
const EXCESS = 3;

/** Where windows are summed up; only ever used within one call. */
const sums = new Float64Array(4);

/** What is known of a terminal before a transaction. Amounts in the currency, windows back from the transaction. */
export class TerminalSummary {
  ageMs = 0;
  sinceLastMs: number | undefined;
  lastAmount: number | undefined;
  count1h = 0;
  count1d = 0;
  count7d = 0;
  count30d = 0;
  sum1d = 0;
  sum7d = 0;
  sum30d = 0;
  squares30d = 0;
  /** Sum of ln(amount / the customer's median at the time) over seven days. */
  excess7d = 0;
}

/**
 * What a terminal has seen in 30 days, in buckets of ten minutes, an hour and twelve hours: at most 8, 26 and 62 of
 * them, and as many again of labels, however busy it is.
 */
export class TerminalHistory {
  readonly serial: number;
  readonly labels: LabelHistory;
  readonly #firstMs: number;
  #lastMs: number | undefined;
  #lastAmount: number | undefined;
  readonly #minutes = new BucketWindow(10 * MINUTE_MS, HOUR_MS, 1);
  readonly #hours = new BucketWindow(HOUR_MS, DAY_MS, 2);
  readonly #halfDays = new BucketWindow(12 * HOUR_MS, 30 * DAY_MS, 4);

  constructor(serial: number, firstMs: number, delayMs: number) {
    this.serial = serial;
    this.#firstMs = firstMs;
    this.labels = new LabelHistory(delayMs);
  }

  get lastMs(): number {
    return this.#lastMs ?? this.#firstMs;
  }

  summarise(nowMs: number, into: TerminalSummary): void {
    into.ageMs = nowMs - this.#firstMs;
    into.sinceLastMs = this.#lastMs === undefined ? undefined : nowMs - this.#lastMs;
    into.lastAmount = this.#lastAmount;
    this.#minutes.sum(nowMs - HOUR_MS, sums);
    into.count1h = sums[COUNT] ?? 0;
    this.#hours.sum(nowMs - DAY_MS, sums);
    into.count1d = sums[COUNT] ?? 0;
    into.sum1d = sums[SUM] ?? 0;
    this.#halfDays.sum(nowMs - 7 * DAY_MS, sums);
    into.count7d = sums[COUNT] ?? 0;
    into.sum7d = sums[SUM] ?? 0;
    into.excess7d = sums[EXCESS] ?? 0;
    this.#halfDays.sum(nowMs - 30 * DAY_MS, sums);
    into.count30d = sums[COUNT] ?? 0;
    into.sum30d = sums[SUM] ?? 0;
    into.squares30d = sums[SQUARES] ?? 0;
  }

  add(timestampMs: number, amount: number, excess: number, isFraud: boolean | undefined): void {
    this.#minutes.add(timestampMs, 1);
    this.#hours.add(timestampMs, 1, amount);
    this.#halfDays.add(timestampMs, 1, amount, amount * amount, excess);
    if (isFraud !== undefined) this.labels.add(timestampMs, isFraud);
    this.#lastMs = timestampMs;
    this.#lastAmount = amount;
  }
}
