/** The window moves in steps of this fraction. */
export const panes = 8;

export interface WindowSize {
  /** Rows of a full window. A multiple of `panes`, at most 65,535 times as many. */
  rows: number;
  /** Milliseconds after which rows leave the window even if few follow. */
  maxAgeMs: number;
}

/**
 * Counts of the last rows by bin. It is a ring of panes, each an eighth of the window. A row is counted in the open pane and in the totals.
 * When a pane is full, the oldest pane's counts are subtracted from the totals. So a full window holds between seven eighths and all of its
 * rows. A pane whose rows are all too old is emptied.
 *
 * A bin takes 20 bytes: 2 in each of 8 panes and 4 in the totals.
 */
export class DriftWindow {
  /** The counts of the panes, one pane after the other. */
  readonly counts: Uint16Array;
  /** The counts of all panes together. */
  readonly totals: Uint32Array;
  readonly #bins: number;
  readonly #paneRows: number;
  readonly #maxAgeMs: number;
  readonly #rows = new Uint32Array(panes);
  /** When each pane got its last row, on the monotonic clock, in ms. */
  readonly #lastAt = new Float64Array(panes);
  #open = 0;
  #total = 0;

  constructor(bins: number, { rows, maxAgeMs }: WindowSize) {
    this.#bins = bins;
    this.#paneRows = rows / panes;
    this.#maxAgeMs = maxAgeMs;
    this.counts = new Uint16Array(panes * bins);
    this.totals = new Uint32Array(bins);
  }

  /** Rows in the window. */
  get rows(): number {
    return this.#total;
  }

  /** Makes room for a row. @returns the index at which the open pane's counts begin. The row must be counted there and in the totals. */
  begin(now: number): number {
    if ((this.#rows[this.#open] as number) >= this.#paneRows) {
      this.#open = (this.#open + 1) % panes;
      this.#empty(this.#open);
    }
    this.#rows[this.#open] = (this.#rows[this.#open] as number) + 1;
    this.#total += 1;
    this.#lastAt[this.#open] = now;
    return this.#open * this.#bins;
  }

  /** Removes rows that are too old. */
  expire(now: number): void {
    for (let pane = 0; pane < panes; pane += 1) {
      if ((this.#rows[pane] as number) > 0 && now - (this.#lastAt[pane] as number) > this.#maxAgeMs) this.#empty(pane);
    }
  }

  #empty(pane: number): void {
    const first = pane * this.#bins;
    for (let bin = 0; bin < this.#bins; bin += 1) {
      const count = this.counts[first + bin] as number;
      if (count > 0) this.totals[bin] = (this.totals[bin] as number) - count;
    }
    this.counts.fill(0, first, first + this.#bins);
    this.#total -= this.#rows[pane] as number;
    this.#rows[pane] = 0;
  }
}
