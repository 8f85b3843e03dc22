import { build, type Histogram } from 'hdr-histogram-js';

const MICROSECONDS = 1_000;
const LONGEST_MS = 3_600_000;

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * Milliseconds from when a transaction was due to its answer. The SDK's latency begins with score(). With a given rate, the due time must
 * count: otherwise a sender that falls behind would hide the waiting time of the transactions behind it.
 */
export class ResponseTimes {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_MS * MICROSECONDS,
    numberOfSignificantValueDigits: 3,
  });

  record(milliseconds: number): void {
    const bounded = Math.min(Math.max(milliseconds, 0), LONGEST_MS);
    this.#histogram.recordValue(Math.round(bounded * MICROSECONDS));
  }

  /** null if nothing was recorded. */
  get percentilesMs(): Percentiles | null {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return null;
    return {
      p50: histogram.getValueAtPercentile(50) / MICROSECONDS,
      p95: histogram.getValueAtPercentile(95) / MICROSECONDS,
      p99: histogram.getValueAtPercentile(99) / MICROSECONDS,
      max: histogram.maxValue / MICROSECONDS,
    };
  }
}
