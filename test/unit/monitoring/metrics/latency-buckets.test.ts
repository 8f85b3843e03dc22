import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../src/monitoring/latency-histogram.js';
import {
  areLatencyBuckets,
  defaultLatencyBucketsMs,
  LatencyBuckets,
} from '../../../../src/monitoring/metrics/latency-buckets.js';

describe('buckets of durations', () => {
  it('are from 0.25 ms to 10 s by default', () => {
    expect(areLatencyBuckets(defaultLatencyBucketsMs)).toBe(true);
    expect([defaultLatencyBucketsMs[0], defaultLatencyBucketsMs.at(-1)]).toEqual([0.25, 10_000]);
  });

  it.each([
    ['none', []],
    ['no list', '1,2'],
    ['one that is no number', [1, '2']],
    ['one that is not a number', [1, Number.NaN]],
    ['0', [0, 1]],
    ['one that is infinite', [1, Number.POSITIVE_INFINITY]],
    ['the same twice', [1, 1]],
    ['a descending list', [2, 1]],
    ['more than 50', Array.from({ length: 51 }, (_, index) => index + 1)],
    ['one beyond what is told apart', [1, 100_001]],
  ])('are not %s', (_, bounds) => {
    expect(areLatencyBuckets(bounds)).toBe(false);
  });

  it('count every duration once, in the bucket that it belongs to or one that is 1 % away', () => {
    const bounds = [...defaultLatencyBucketsMs, Number.POSITIVE_INFINITY];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { maxLength: 50 }), (durations) => {
        const [first, second] = [new LatencyHistogram(), new LatencyHistogram()];
        for (const [index, ms] of durations.entries()) (index % 2 === 0 ? first : second).record(ms);
        const read = new LatencyBuckets(defaultLatencyBucketsMs).read((add) => {
          add(first);
          add(second);
        });
        const upTo = (factor: number): number[] =>
          bounds.map((bound) => durations.filter((ms) => ms <= bound * factor + (factor - 1)).length);
        let seen = 0;
        for (const [index, count] of read.counts.entries()) {
          seen += count;
          expect(seen).toBeGreaterThanOrEqual(upTo(0.99)[index] ?? 0);
          expect(seen).toBeLessThanOrEqual(upTo(1.01)[index] ?? 0);
        }
        expect(read.count).toBe(durations.length);
        expect(read.sum).toBeCloseTo(durations.reduce((sum, ms) => sum + ms, 0) / 1000, 6);
      }),
    );
  });
});
