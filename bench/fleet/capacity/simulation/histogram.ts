import { build, type Histogram as HdrHistogram } from 'hdr-histogram-js';

/** Latencies of simulated requests. */
export class Histogram {
  readonly #values: HdrHistogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(us: number): void {
    this.#values.recordValue(Math.min(Math.max(Math.round(us), 1), 60_000_000));
  }

  percentilesMs(): { p50: number; p99: number; p999: number } {
    const at = (percentile: number): number => this.#values.getValueAtPercentile(percentile) / 1_000;
    return { p50: at(50), p99: at(99), p999: at(99.9) };
  }
}
