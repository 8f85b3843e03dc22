/** An unused budget is kept for this long. After a pause, rows for up to this many seconds are taken at once. */
export const burstSeconds = 8;

/** How many rows may be taken: a fixed number per second on average, more after a pause. */
export class RowBudget {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at: number;

  /** @param now time on the monotonic clock, in ms. */
  constructor(maxRowsPerSecond: number, now: number) {
    this.#perMs = maxRowsPerSecond / 1_000;
    this.#most = Math.max(maxRowsPerSecond * burstSeconds, 1);
    this.#left = this.#most;
    this.#at = now;
  }

  /** @returns how many of the rows may be taken now. They are subtracted from the budget. */
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
