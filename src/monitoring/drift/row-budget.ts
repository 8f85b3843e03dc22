/** What nobody used is kept for this long: rows that come after a pause are all taken, up to this many seconds' worth. */
export const burstSeconds = 8;

/** How many rows may be taken: so many a second on average, more after a pause. */
export class RowBudget {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at: number;

  /** @param now on the monotonic clock, in ms. */
  constructor(maxRowsPerSecond: number, now: number) {
    this.#perMs = maxRowsPerSecond / 1_000;
    this.#most = Math.max(maxRowsPerSecond * burstSeconds, 1);
    this.#left = this.#most;
    this.#at = now;
  }

  /** @returns how many of the rows may be taken now; they count as taken. */
  take(rows: number, now: number): number {
    if (now > this.#at) {
      this.#left = Math.min(this.#left + (now - this.#at) * this.#perMs, this.#most);
      this.#at = now;
    }
    const taken = Math.min(rows, Math.floor(this.#left));
    this.#left -= taken;
    return taken;
  }
}
