import { build, type Histogram, initWebAssembly } from 'hdr-histogram-js';
import type { LatencySummary } from '../types.js';

/** Values above are counted as this much: 100 s. */
const highestUs = 100_000_000;

/** Must have resolved before the first histogram is made: the WebAssembly form records in a third of the time. */
export function loadHistograms(): Promise<void> {
  return initWebAssembly();
}

/**
 * A distribution of durations: an HDR histogram in microseconds, with percentiles to within 1%; mean and maximum are exact.
 * Its memory is WebAssembly's, so it must be disposed of.
 */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 2,
    bitBucketSize: 64,
    useWebAssembly: true,
  });
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** @param count how many times it was seen. */
  record(durationMs: number, count = 1): void {
    const us = Math.min(Math.max(Math.round(durationMs * 1000), 0), highestUs);
    if (count === 1) this.#histogram.recordValue(us);
    else this.#histogram.recordValueWithCount(us, count);
    this.#count += count;
    this.#sumMs += durationMs * count;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  add(other: LatencyHistogram): void {
    if (other.#count === 0) return;
    this.#histogram.add(other.#histogram);
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  reset(): void {
    if (this.#count === 0) return;
    this.#histogram.reset();
    this.#count = 0;
    this.#sumMs = 0;
    this.#maxMs = 0;
  }

  /** @param percentile in [0, 100]. @returns ms, or null without a sample. */
  percentile(percentile: number): number | null {
    if (this.#count === 0) return null;
    // A bucket's upper end may lie above the highest value that was recorded in it.
    return Math.min(this.#histogram.getValueAtPercentile(percentile) / 1000, this.#maxMs);
  }

  summary(): LatencySummary {
    const hasSample = this.#count > 0;
    return {
      mean: hasSample ? this.#sumMs / this.#count : null,
      p50: this.percentile(50),
      p95: this.percentile(95),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: hasSample ? this.#maxMs : null,
    };
  }

  dispose(): void {
    this.#histogram.destroy();
  }
}
