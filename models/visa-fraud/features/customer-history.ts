import { DAY_MS, MINUTE_MS } from '../units.js';
import { type CustomerSummary, WINDOWS_MS, WindowTotals } from './customer-summary.js';
import { LabelHistory } from './label-history.js';
import { clip } from './scaling.js';
import { SortedAmounts } from './sorted-amounts.js';

/** Transactions remembered for each customer: two months of an ordinary one. */
const REMEMBERED = 128;

/** The numbers of a record. */
const TIME = 0;
const MINUTE = 1;
const AMOUNT = 2;
const EXCESS = 3;
const EXPOSURE = 4;
const TERMINAL = 5;
const OUTCOME = 6;
const FIRST_VISIT = 7;
const STRIDE = 8;

const GENUINE = 1;
const FRAUD = 2;

/** A customer's last 128 transactions; room for them doubles from 8 as they come. */
export class CustomerHistory {
  readonly labels: LabelHistory;
  readonly #delayMs: number;
  readonly #firstMs: number;
  readonly #sorted = new SortedAmounts(8);
  #capacity = 8;
  /** Ring of records of `STRIDE` numbers: one array, because looking into eight cost more than reading one. */
  #records = new Float64Array(8 * STRIDE);
  /** Position at which the next transaction goes. */
  #next = 0;
  #length = 0;

  constructor(firstMs: number, delayMs: number) {
    this.#firstMs = firstMs;
    this.#delayMs = delayMs;
    this.labels = new LabelHistory(delayMs);
  }

  get lastMs(): number {
    return this.#length === 0 ? this.#firstMs : (this.#records[this.#position(0) + TIME] ?? 0);
  }

  /** Writes what is known before a transaction of the given time, amount and terminal. */
  summarise(nowMs: number, amount: number, terminal: number, into: CustomerSummary): void {
    into.reset();
    into.ageMs = nowMs - this.#firstMs;
    into.remembered = this.#length;
    into.median = this.#sorted.quantile(0.5);
    into.upper = this.#sorted.quantile(0.9);
    into.rank = this.#sorted.rank(amount);
    if (this.#length === 0) return;
    const newest = this.#position(0);
    into.sinceLastMs = nowMs - (this.#records[newest + TIME] ?? 0);
    into.lastAmount = this.#records[newest + AMOUNT];
    into.lastExcess = this.#records[newest + EXCESS] ?? 0;
    into.meanGapMs = (nowMs - (this.#records[this.#position(this.#length - 1) + TIME] ?? 0)) / this.#length;
    this.#summariseWindows(nowMs, into);
    this.#summariseGenuine(nowMs, into);
    this.#summariseHabits(nowMs, terminal, into);
  }

  /** One pass from the newest to the oldest: each window's totals are those reached when it ends. */
  #summariseWindows(nowMs: number, into: CustomerSummary): void {
    const records = this.#records;
    const totals = new WindowTotals();
    let window = 0;
    for (let age = 0; age < this.#length; age++) {
      const at = this.#position(age);
      const ageMs = nowMs - (records[at + TIME] ?? 0);
      while (ageMs >= (WINDOWS_MS[window] ?? Number.POSITIVE_INFINITY)) into.setWindow(window++, totals);
      totals.add(
        records[at + AMOUNT] ?? 0,
        records[at + EXCESS] ?? 0,
        records[at + FIRST_VISIT] ?? 0,
        records[at + EXPOSURE] ?? 0,
      );
    }
    while (window < WINDOWS_MS.length) into.setWindow(window++, totals);
    into.baselineCount = totals.count - into.count14d;
    into.baselineSum = totals.sum - into.sum14d;
  }

  #summariseGenuine(nowMs: number, into: CustomerSummary): void {
    const records = this.#records;
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (let age = this.#length - 1; age >= 0; age--) {
      const at = this.#position(age);
      if (nowMs - (records[at + TIME] ?? 0) < this.#delayMs) break;
      if (records[at + OUTCOME] !== GENUINE) continue;
      const amount = records[at + AMOUNT] ?? 0;
      count++;
      sum += amount;
      squares += amount * amount;
    }
    into.genuineCount = count;
    into.genuineSum = sum;
    into.genuineSquares = squares;
  }

  /** The hours at which the customer pays, and the visits to one terminal. */
  #summariseHabits(nowMs: number, terminal: number, into: CustomerSummary): void {
    const records = this.#records;
    const minute = minuteOfDay(nowMs);
    let nights = 0;
    let nearHour = 0;
    for (let age = 0; age < this.#length; age++) {
      const at = this.#position(age);
      const other = records[at + MINUTE] ?? 0;
      if (other < 360) nights++;
      const apart = Math.abs(other - minute);
      if (Math.min(apart, 1_440 - apart) <= 90) nearHour++;
      if (records[at + TERMINAL] !== terminal) continue;
      const ageMs = nowMs - (records[at + TIME] ?? 0);
      into.visits++;
      into.visitsSum += records[at + AMOUNT] ?? 0;
      if (ageMs < DAY_MS) into.visits1d++;
      into.sinceVisitMs ??= ageMs;
      if (records[at + OUTCOME] === FRAUD && ageMs >= this.#delayMs) into.visitFrauds++;
    }
    into.nights = nights;
    into.nearHour = nearHour;
  }

  /** ln(amount / the customer's median), 0 before there are three amounts to compare with. */
  excess(amount: number): number {
    const median = this.#sorted.quantile(0.5);
    if (median === undefined || this.#sorted.length < 3) return 0;
    return clip(Math.log((amount + 1) / (median + 1)), -5, 5);
  }

  add(
    timestampMs: number,
    amount: number,
    terminal: number,
    firstVisit: boolean,
    exposure: number,
    isFraud: boolean | undefined,
  ): void {
    const excess = this.excess(amount);
    if (this.#length === REMEMBERED) this.#sorted.remove(this.#records[this.#next * STRIDE + AMOUNT] ?? 0);
    else if (this.#length === this.#capacity) this.#grow();
    const records = this.#records;
    const at = this.#next * STRIDE;
    records[at + TIME] = timestampMs;
    records[at + MINUTE] = minuteOfDay(timestampMs);
    records[at + AMOUNT] = amount;
    records[at + EXCESS] = excess;
    records[at + EXPOSURE] = exposure;
    records[at + TERMINAL] = terminal;
    records[at + OUTCOME] = isFraud === undefined ? 0 : isFraud ? FRAUD : GENUINE;
    records[at + FIRST_VISIT] = firstVisit ? 1 : 0;
    this.#sorted.insert(amount);
    this.#next = (this.#next + 1) % this.#capacity;
    this.#length = Math.min(this.#length + 1, REMEMBERED);
    if (isFraud !== undefined) this.labels.add(timestampMs, isFraud);
  }

  /** Where the record of the newest transaction (0) begins, of the one before (1) and so on. */
  #position(age: number): number {
    const at = this.#next - 1 - age;
    return (at < 0 ? at + this.#capacity : at) * STRIDE;
  }

  #grow(): void {
    // Only a full ring that never wrapped grows: its order is that of its positions.
    this.#next = this.#capacity;
    this.#capacity *= 2;
    const grown = new Float64Array(this.#capacity * STRIDE);
    grown.set(this.#records);
    this.#records = grown;
  }
}

function minuteOfDay(timestampMs: number): number {
  return Math.floor((timestampMs - Math.floor(timestampMs / DAY_MS) * DAY_MS) / MINUTE_MS);
}
