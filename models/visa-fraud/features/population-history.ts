import { LabelHistory } from './label-history.js';

const BIN_WIDTH = 0.05;
/** Enough for ln(1 + 1e9). */
const BINS = 420;
/** At this many transactions all counts are halved: what is old weighs less, and no count overflows. */
const HALVED_AT = 1 << 20;

/** All customers' amounts and hours so far: what an amount and an hour are measured against when a customer is new. */
export class PopulationHistory {
  readonly labels: LabelHistory;
  readonly #amounts = new Float64Array(BINS);
  readonly #hours = new Float64Array(24);
  #count = 0;
  #sum = 0;
  #logSum = 0;
  #logSquares = 0;

  constructor(delayMs: number) {
    this.labels = new LabelHistory(delayMs);
  }

  get meanAmount(): number {
    return this.#count > 0 ? this.#sum / this.#count : 50;
  }

  get meanLog(): number {
    return this.#count > 0 ? this.#logSum / this.#count : 3.5;
  }

  get deviationLog(): number {
    if (this.#count < 10) return 1;
    return Math.sqrt(Math.max(0.01, this.#logSquares / this.#count - this.meanLog * this.meanLog));
  }

  /** Share of all amounts that are larger, within the amount's bin in proportion; 0.5 before any has been seen. */
  shareLarger(logAmount: number): number {
    const position = logAmount / BIN_WIDTH;
    const bin = Math.min(Math.floor(position), BINS - 1);
    let larger = (this.#amounts[bin] ?? 0) * Math.max(0, 1 - (position - bin));
    for (let i = bin + 1; i < BINS; i++) larger += this.#amounts[i] ?? 0;
    return (larger + 0.5) / (this.#count + 1);
  }

  /** Share of all transactions within an hour of the given one, with one spread evenly over the day. */
  shareOfHour(hour: number): number {
    const near = this.#hour(hour - 1) + this.#hour(hour) + this.#hour(hour + 1);
    return (near + 3 / 24) / (this.#count + 1);
  }

  add(amount: number, logAmount: number, hour: number): void {
    const bin = Math.min(Math.floor(logAmount / BIN_WIDTH), BINS - 1);
    this.#amounts[bin] = (this.#amounts[bin] ?? 0) + 1;
    this.#hours[hour] = this.#hour(hour) + 1;
    this.#count++;
    this.#sum += amount;
    this.#logSum += logAmount;
    this.#logSquares += logAmount * logAmount;
    if (this.#count >= HALVED_AT) this.#halve();
  }

  #hour(hour: number): number {
    return this.#hours[(hour + 24) % 24] ?? 0;
  }

  #halve(): void {
    for (let i = 0; i < BINS; i++) this.#amounts[i] = (this.#amounts[i] ?? 0) / 2;
    for (let i = 0; i < 24; i++) this.#hours[i] = (this.#hours[i] ?? 0) / 2;
    this.#count /= 2;
    this.#sum /= 2;
    this.#logSum /= 2;
    this.#logSquares /= 2;
  }
}
