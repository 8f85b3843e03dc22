/** How much of the past a new batch leaves: at 0.98, half the weight lies on the last 34 batches. */
const retention = 0.98;

/**
 * An online model of how long a worker takes over a batch of n rows: a + b·n milliseconds, by least squares with
 * exponential forgetting. Where all batches had the same size there is no slope to find, and the whole time is put down
 * to the rows.
 */
export class BatchLatencyModel {
  #weight = 0;
  #meanRows = 0;
  #meanMs = 0;
  #varianceRows = 0;
  #covariance = 0;

  record(rows: number, durationMs: number): void {
    this.#weight = this.#weight * retention + 1;
    const share = 1 / this.#weight;
    const rowsOff = rows - this.#meanRows;
    this.#meanRows += share * rowsOff;
    this.#meanMs += share * (durationMs - this.#meanMs);
    this.#varianceRows = (1 - share) * (this.#varianceRows + share * rowsOff * rowsOff);
    this.#covariance += share * (rowsOff * (durationMs - this.#meanMs) - this.#covariance);
  }

  /** a ≥ 0 and b ≥ 0 in ms; null before the first batch. */
  get coefficients(): { fixedMs: number; perRowMs: number } | null {
    if (this.#weight === 0) return null;
    const slope = this.#varianceRows > 1e-9 ? this.#covariance / this.#varianceRows : this.#meanMs / this.#meanRows;
    const perRowMs = Math.min(Math.max(slope, 0), this.#meanMs / this.#meanRows);
    return { fixedMs: this.#meanMs - perRowMs * this.#meanRows, perRowMs };
  }
}
