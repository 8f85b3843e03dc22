/** The weight that older batches keep with each new batch. At 0.98, half the weight is on the last 34 batches. */
const retention = 0.98;

/** The safe lower limit of a row's time is this many standard errors below the estimate. */
const certainty = 3;

/** A batch of n rows takes fixedMs + perRowMs · n milliseconds. Both are at least 0. */
export interface BatchLatency {
  fixedMs: number;
  perRowMs: number;
  /** A safe lower limit of the time per row: three standard errors below the estimate, or 0 if too little is known. */
  perRowAtLeastMs: number;
}

/**
 * An online model of how long a worker takes over a batch of n rows: a + b·n milliseconds. It uses least squares with exponential
 * forgetting. If all batches had the same size, the slope cannot be found. Then the whole time is assigned to the rows, and the safe lower
 * limit is 0.
 */
export class BatchLatencyModel {
  #weight = 0;
  #meanRows = 0;
  #meanMs = 0;
  #varianceRows = 0;
  #varianceMs = 0;
  #covariance = 0;
  /** Cached, because every request that finds others waiting reads it; null if it must be computed again. */
  #coefficients: BatchLatency | null = null;

  record(rows: number, durationMs: number): void {
    this.#coefficients = null;
    this.#weight = this.#weight * retention + 1;
    const share = 1 / this.#weight;
    const rowsOff = rows - this.#meanRows;
    const msOff = durationMs - this.#meanMs;
    this.#meanRows += share * rowsOff;
    this.#meanMs += share * msOff;
    this.#varianceRows = (1 - share) * (this.#varianceRows + share * rowsOff * rowsOff);
    this.#varianceMs = (1 - share) * (this.#varianceMs + share * msOff * msOff);
    this.#covariance += share * (rowsOff * (durationMs - this.#meanMs) - this.#covariance);
  }

  /** null before the first batch. */
  get coefficients(): BatchLatency | null {
    if (this.#weight === 0) return null;
    this.#coefficients ??= this.#workOut();
    return this.#coefficients;
  }

  #workOut(): BatchLatency {
    const average = this.#meanMs / this.#meanRows;
    if (this.#varianceRows <= 1e-9) return { fixedMs: 0, perRowMs: average, perRowAtLeastMs: 0 };
    const slope = this.#covariance / this.#varianceRows;
    const perRowMs = Math.min(Math.max(slope, 0), average);
    const perRowAtLeastMs = Math.max(Math.min(slope - certainty * this.#standardError(slope), average), 0);
    return { fixedMs: this.#meanMs - perRowMs * this.#meanRows, perRowMs, perRowAtLeastMs };
  }

  /** The standard error of the slope, from the residuals. Infinite if there are too few batches. */
  #standardError(slope: number): number {
    const degrees = this.#weight - 2;
    if (degrees <= 0) return Number.POSITIVE_INFINITY;
    const residual = Math.max(this.#varianceMs - slope * this.#covariance, 0) * this.#weight;
    return Math.sqrt(residual / degrees / (this.#varianceRows * this.#weight));
  }
}
