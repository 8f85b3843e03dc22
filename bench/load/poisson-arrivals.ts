/** Times at which requests arrive, each independent of the others, so many a second on average. */
export class PoissonArrivals {
  readonly #meanGapMs: number;
  readonly #random: () => number;
  #next: number;

  /** @param random in [0, 1). */
  constructor(ratePerSecond: number, start: number, random: () => number = Math.random) {
    this.#meanGapMs = 1000 / ratePerSecond;
    this.#random = random;
    this.#next = start + this.#gap();
  }

  /** When the next one arrives. */
  get next(): number {
    return this.#next;
  }

  /** @returns the time of the next arrival, which is then over. */
  take(): number {
    const at = this.#next;
    this.#next += this.#gap();
    return at;
  }

  /** Exponentially distributed, by inversion. */
  #gap(): number {
    return -Math.log(1 - this.#random()) * this.#meanGapMs;
  }
}
