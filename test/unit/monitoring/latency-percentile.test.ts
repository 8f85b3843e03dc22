import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, LatencyHistogram, topOfBucket } from '../../../src/monitoring/latency-histogram.js';
import { percentileOf } from '../../../src/monitoring/latency-percentile.js';
import { PerformanceHistory } from '../../../src/monitoring/performance-history.js';
import { FakeClock } from '../../support/fake-clock.js';

const duration = fc.oneof(
  fc.double({ min: 0, max: 2, noNaN: true }),
  fc.double({ min: 0, max: 200_000, noNaN: true }),
  fc.constantFrom(0, 0.128, 0.255, 0.256, 1, 100_000),
);

describe('a percentile of several histograms', () => {
  it('is that of their sum', () => {
    const percentile = fc.oneof(fc.constantFrom(50, 95, 99, 99.9, 100), fc.double({ min: 1, max: 100, noNaN: true }));
    const lists = fc.array(fc.array(duration, { maxLength: 100 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, percentile, (durations, wanted) => {
        const sum = new LatencyHistogram();
        const histograms = durations.map((list) => {
          const histogram = new LatencyHistogram();
          for (const ms of list) histogram.record(ms);
          sum.add(histogram);
          return histogram;
        });
        expect(percentileOf(histograms, wanted, sum.maxMs)).toBe(sum.percentile(wanted));
      }),
    );
  });

  it('reads the top of each bucket', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (us) => {
        const top = topOfBucket(bucketOf(us));
        expect(top).toBeGreaterThanOrEqual(us);
        expect(bucketOf(top)).toBe(bucketOf(us));
        expect(bucketOf(top + 1)).toBe(bucketOf(us) + 1);
      }),
    );
  });
});

describe('the latencies of the window', () => {
  it('add up to those of its intervals, whatever was absorbed from a version that has ended', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constantFrom('one', 'other'), ms: duration }),
      fc.record({ kind: fc.constant('advance'), ms: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), fc.nat(15), (events, begunLater) => {
        const clock = new FakeClock();
        const one = new PerformanceHistory(clock);
        for (let interval = 0; interval < begunLater; interval += 1) one.advance(0);
        const other = new PerformanceHistory(clock);
        for (const { kind, ms } of events) {
          const history = kind === 'one' ? one : other;
          if (kind === 'advance') for (const each of [one, other]) each.advance(0);
          else history.current.recordTimes(Float64Array.of(0), 1, 0, ms);
        }
        for (const [into, from] of [
          [one, other],
          [other, one],
        ] as const) {
          into.absorb(from);
          const sum = new LatencyHistogram();
          into.eachRecent((recorder) => sum.add(recorder.latency));
          const kept = new LatencyHistogram();
          for (const histogram of into.recentLatencies) kept.add(histogram);
          expect([...kept.counts]).toEqual([...sum.counts]);
          expect(kept.count).toBe(sum.count);
        }
      }),
      { numRuns: 30 },
    );
  });
});
