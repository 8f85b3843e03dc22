import { DAY_MS, HOUR_MS } from '../units.js';
import type { CustomerSummary } from './customer-summary.js';
import { LabelHistory } from './label-history.js';
import { clip } from './scaling.js';
import { SortedAmounts } from './sorted-amounts.js';

/** Transactions remembered for each customer: two months of an ordinary one. */
const REMEMBERED = 128;
const OUTLIER_EXCESS = Math.log(2.5);

const GENUINE = 1;
const FRAUD = 2;

/** A customer's last 128 transactions; room for them grows from 8 as they come. */
export class CustomerHistory {
  readonly labels: LabelHistory;
  readonly #delayMs: number;
  readonly #firstMs: number;
  readonly #sorted = new SortedAmounts(8);
  #capacity = 8;
  #times = new Float64Array(8);
  #amounts = new Float64Array(8);
  #excesses = new Float32Array(8);
  #exposures = new Float32Array(8);
  #terminals = new Int32Array(8);
  #outcomes = new Uint8Array(8);
  #firstVisits = new Uint8Array(8);
  /** Position at which the next transaction goes. */
  #next = 0;
  #length = 0;
  #total = 0;

  constructor(firstMs: number, delayMs: number) {
    this.#firstMs = firstMs;
    this.#delayMs = delayMs;
    this.labels = new LabelHistory(delayMs);
  }

  get lastMs(): number {
    return this.#length === 0 ? this.#firstMs : (this.#times[this.#position(0)] ?? 0);
  }

  /** Writes what is known before a transaction of the given time, amount and terminal. */
  summarise(nowMs: number, amount: number, terminal: number, into: CustomerSummary): void {
    into.reset();
    into.ageMs = nowMs - this.#firstMs;
    into.total = this.#total;
    into.remembered = this.#length;
    into.median = this.#sorted.quantile(0.5);
    into.upper = this.#sorted.quantile(0.9);
    into.rank = this.#sorted.rank(amount);
    if (this.#length === 0) return;
    const newest = this.#position(0);
    into.sinceLastMs = nowMs - (this.#times[newest] ?? 0);
    into.lastAmount = this.#amounts[newest];
    into.lastExcess = this.#excesses[newest] ?? 0;
    into.meanGapMs = (nowMs - (this.#times[this.#position(this.#length - 1)] ?? 0)) / this.#length;
    const timeOfDayMs = nowMs % DAY_MS;
    for (let age = 0; age < this.#length; age++) this.#include(this.#position(age), nowMs, timeOfDayMs, terminal, into);
  }

  #include(at: number, nowMs: number, timeOfDayMs: number, terminal: number, into: CustomerSummary): void {
    const timeMs = this.#times[at] ?? 0;
    const amount = this.#amounts[at] ?? 0;
    const ageMs = nowMs - timeMs;
    if (ageMs < 14 * DAY_MS) {
      this.#includeRecent(at, ageMs, amount, into);
    } else {
      into.baselineCount++;
      into.baselineSum += amount;
    }
    if (ageMs < 30 * DAY_MS) {
      into.count30d++;
      into.sum30d += amount;
      into.squares30d += amount * amount;
      if (amount > into.max30d) into.max30d = amount;
    }
    const known = ageMs >= this.#delayMs;
    const outcome = this.#outcomes[at];
    if (known && outcome === GENUINE) {
      into.genuineCount++;
      into.genuineSum += amount;
      into.genuineSquares += amount * amount;
    }
    const timeOfDay = timeMs % DAY_MS;
    if (timeOfDay < 6 * HOUR_MS) into.nights++;
    const apartMs = Math.abs(timeOfDay - timeOfDayMs);
    if (Math.min(apartMs, DAY_MS - apartMs) <= 1.5 * HOUR_MS) into.nearHour++;
    if (this.#terminals[at] === terminal) {
      into.visits++;
      into.visitsSum += amount;
      if (ageMs < DAY_MS) into.visits1d++;
      into.sinceVisitMs ??= ageMs;
      if (known && outcome === FRAUD) into.visitFrauds++;
    }
  }

  #includeRecent(at: number, ageMs: number, amount: number, into: CustomerSummary): void {
    const excess = this.#excesses[at] ?? 0;
    const outlier = excess > OUTLIER_EXCESS ? 1 : 0;
    const firstVisit = this.#firstVisits[at] ?? 0;
    into.outliers14d += outlier;
    if (excess > into.excess14d) into.excess14d = excess;
    if (ageMs < 7 * DAY_MS) {
      into.count7d++;
      into.sum7d += amount;
      if (amount > into.max7d) into.max7d = amount;
      into.outliers7d += outlier;
      if (excess > into.excess7d) into.excess7d = excess;
      into.firstVisits7d += firstVisit;
      into.exposure7d += this.#exposures[at] ?? 0;
    }
    if (ageMs < 3 * DAY_MS) into.outliers3d += outlier;
    if (ageMs < DAY_MS) {
      into.count1d++;
      into.sum1d += amount;
      into.outliers1d += outlier;
      into.firstVisits1d += firstVisit;
      if (ageMs < 6 * HOUR_MS) into.count6h++;
      if (ageMs < HOUR_MS) {
        into.count1h++;
        into.sum1h += amount;
      }
    }
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
    if (this.#length === REMEMBERED) this.#sorted.remove(this.#amounts[this.#next] ?? 0);
    else if (this.#length === this.#capacity) this.#grow();
    const at = this.#next;
    this.#times[at] = timestampMs;
    this.#amounts[at] = amount;
    this.#excesses[at] = excess;
    this.#exposures[at] = exposure;
    this.#terminals[at] = terminal;
    this.#outcomes[at] = isFraud === undefined ? 0 : isFraud ? FRAUD : GENUINE;
    this.#firstVisits[at] = firstVisit ? 1 : 0;
    this.#sorted.insert(amount);
    this.#next = (at + 1) % this.#capacity;
    this.#length = Math.min(this.#length + 1, REMEMBERED);
    this.#total++;
    if (isFraud !== undefined) this.labels.add(timestampMs, isFraud);
  }

  /** Position of the newest transaction (0), the one before (1) and so on. */
  #position(age: number): number {
    return (this.#next - 1 - age + 2 * this.#capacity) % this.#capacity;
  }

  #grow(): void {
    // Only a full ring that never wrapped grows: its order is that of its positions.
    this.#next = this.#capacity;
    this.#capacity *= 2;
    const grow = <T extends Float64Array | Float32Array | Int32Array | Uint8Array>(old: T, grown: T): T => {
      grown.set(old);
      return grown;
    };
    this.#times = grow(this.#times, new Float64Array(this.#capacity));
    this.#amounts = grow(this.#amounts, new Float64Array(this.#capacity));
    this.#excesses = grow(this.#excesses, new Float32Array(this.#capacity));
    this.#exposures = grow(this.#exposures, new Float32Array(this.#capacity));
    this.#terminals = grow(this.#terminals, new Int32Array(this.#capacity));
    this.#outcomes = grow(this.#outcomes, new Uint8Array(this.#capacity));
    this.#firstVisits = grow(this.#firstVisits, new Uint8Array(this.#capacity));
  }
}
