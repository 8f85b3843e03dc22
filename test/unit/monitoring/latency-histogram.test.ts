import fc from 'fast-check';
import { Float64Histogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { bucketOf, LatencyHistogram } from '../../../src/monitoring/latency-histogram.js';

const highestUs = 100_000_000;

/** Durations in ms, as many short ones as long ones, beyond the highest that is told apart too. */
const duration = fc.oneof(
  fc.double({ min: -8, max: 6, noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 0.0004, 0.0005, 0.255, 0.256, 99_999.999, 100_000, 1e9),
);
const sample = fc.tuple(duration, fc.integer({ min: 1, max: 1_000 }));
const samples = fc.array(sample, { minLength: 1, maxLength: 200 });
const percentiles = [0, 50, 95, 99, 99.9, 100];

function filled(durations: readonly [durationMs: number, count: number][]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const [durationMs, count] of durations) histogram.record(durationMs, count);
  return histogram;
}

describe('a latency histogram', () => {
  it('counts each value in the bucket in which hdr-histogram-js counts it', () => {
    const reference = new Float64Histogram(1, highestUs, 2);
    const values = fc.oneof(
      fc.integer({ min: 0, max: highestUs }),
      fc.integer({ min: 0, max: 26 }).chain((power) => fc.constantFrom(2 ** power - 1, 2 ** power, 2 ** power + 1)),
    );
    fc.assert(
      fc.property(values, (us) => {
        expect(bucketOf(us)).toBe(reference.countsArrayIndex(us));
      }),
      { numRuns: 5_000 },
    );
    expect(bucketOf(highestUs)).toBeLessThan(reference.countsArrayLength);
  });

  it('gives the percentiles of hdr-histogram-js, but none above the longest duration', () => {
    fc.assert(
      fc.property(samples, (durations) => {
        const reference = new Float64Histogram(1, highestUs, 2);
        const longest = Math.max(...durations.map(([durationMs]) => durationMs));
        for (const [durationMs, count] of durations) {
          reference.recordValueWithCount(Math.min(Math.round(durationMs * 1000), highestUs), count);
        }
        const histogram = filled(durations);
        for (const percentile of percentiles) {
          const expected = Math.min(reference.getValueAtPercentile(percentile) / 1000, longest);
          expect(histogram.percentile(percentile)).toBe(expected);
        }
      }),
    );
  });

  it('gives percentiles within 1% or a microsecond of the durations themselves, and the exact mean and maximum', () => {
    const short = fc.array(fc.double({ min: 0, max: 99_999, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(short, (durations) => {
        const histogram = filled(durations.map((durationMs) => [durationMs, 1]));
        const sorted = [...durations].sort((a, b) => a - b);
        for (const percentile of [50, 95, 99, 99.9]) {
          const exact = sorted[Math.max(Math.ceil((percentile / 100) * sorted.length - 1e-9), 1) - 1] ?? 0;
          const difference = Math.abs((histogram.percentile(percentile) ?? Number.NaN) - exact);
          expect(difference).toBeLessThanOrEqual(Math.max(exact * 0.01, 0.001));
        }
        const { mean, max } = histogram.summary();
        expect(mean).toBeCloseTo(durations.reduce((sum, durationMs) => sum + durationMs, 0) / durations.length, 6);
        expect(max).toBe(sorted.at(-1));
      }),
    );
  });

  it('is the same after two were added as if all had been recorded in one, and empty after a reset', () => {
    fc.assert(
      fc.property(samples, samples, (left, right) => {
        const sum = filled(left);
        sum.add(filled(right));
        const whole = filled([...left, ...right]);
        expect(sum.count).toBe(whole.count);
        expect({ ...sum.summary(), mean: 0 }).toEqual({ ...whole.summary(), mean: 0 });
        expect(sum.summary().mean).toBeCloseTo(whole.summary().mean ?? Number.NaN, 3);
        sum.reset();
        expect(sum.summary()).toEqual(new LatencyHistogram().summary());
      }),
    );
  });

  it('gives what was recorded since an earlier copy, but for the maximum', () => {
    fc.assert(
      fc.property(samples, samples, (earlier, later) => {
        const recent = filled([...earlier, ...later]).since(filled(earlier));
        const longest = Math.max(...earlier.map(([durationMs]) => durationMs), ...later.map(([ms]) => ms));
        const alone = filled(later);
        expect([recent.count, recent.summary().max]).toEqual([alone.count, longest]);
        for (const percentile of percentiles) {
          // The end of a bucket where the longest duration of all lies beyond, and no more than 1 % above what `alone` says.
          const expected = alone.percentile(percentile) ?? Number.NaN;
          expect(recent.percentile(percentile)).toBeGreaterThanOrEqual(expected);
          expect(recent.percentile(percentile)).toBeLessThanOrEqual(Math.max(expected * 1.01, expected + 0.001));
        }
        expect(recent.summary().mean).toBeCloseTo(alone.summary().mean ?? Number.NaN, 3);
      }),
    );
  });

  it('has no statistic without a sample', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.summary()).toEqual({ mean: null, p50: null, p95: null, p99: null, p999: null, max: null });
    expect(histogram.percentile(99)).toBeNull();
  });

  it('does not mix the percentiles of two that are read in turn', () => {
    const [fast, slow] = [filled([[1, 10]]), filled([[100, 10]])];
    expect([fast.percentile(50), slow.percentile(50), fast.percentile(50)]).toEqual([1, 100, 1]);
  });
});
