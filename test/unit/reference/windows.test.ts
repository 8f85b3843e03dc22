import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketWindow } from '../../../models/visa-fraud/features/bucket-window.js';
import { CustomerHistory } from '../../../models/visa-fraud/features/customer-history.js';
import { CustomerSummary } from '../../../models/visa-fraud/features/customer-summary.js';
import { SortedAmounts } from '../../../models/visa-fraud/features/sorted-amounts.js';

const DAY_MS = 86_400_000;
const gaps = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 });

describe('BucketWindow', () => {
  it('sums what lies in the buckets that a window touches, in room that does not grow', () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 100 }), (steps, window) => {
        const buckets = new BucketWindow(10, 100, 2);
        const times: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          buckets.add(now, 1, now);
          times.push(now);
          const within = times.filter((t) => (Math.floor(t / 10) + 1) * 10 > now - window);
          const sums = new Float64Array(2);
          buckets.sum(now - window, sums);
          expect([...sums]).toEqual([within.length, within.reduce((a, b) => a + b, 0)]);
          expect(buckets.length).toBeLessThanOrEqual(12);
        }
      }),
    );
  });
});

describe('SortedAmounts', () => {
  it('ranks and takes quantiles as sorting would, through insertions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }), (amounts) => {
        const sorted = new SortedAmounts(4);
        const kept: number[] = [];
        for (const amount of amounts) {
          sorted.insert(amount);
          kept.push(amount);
          if (kept.length > 10) sorted.remove(kept.shift() ?? 0);
        }
        const expected = kept.toSorted((a, b) => a - b);
        expect(sorted.quantile(0.5)).toBe(expected[Math.floor(expected.length / 2)]);
        expect(sorted.rank(10)).toBe((expected.filter((a) => a < 10).length + 0.5) / (expected.length + 1));
      }),
    );
  });
});

describe('CustomerHistory', () => {
  it('sums up its last 128 transactions as going through all of them would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: DAY_MS }), fc.integer({ min: 0, max: 500 })), { maxLength: 300 }),
        (drafts) => {
          const history = new CustomerHistory(0, 7 * DAY_MS);
          const all: { time: number; amount: number }[] = [];
          let now = 0;
          for (const [gap, amount] of drafts) {
            now += gap;
            history.add(now, amount, amount % 3, false, 0, false);
            all.push({ time: now, amount });
          }
          const kept = all.slice(-128);
          const within = (days: number) => kept.filter((t) => now - t.time < days * DAY_MS);
          const sum = (list: typeof kept) => list.reduce((total, t) => total + t.amount, 0);
          const summary = new CustomerSummary();
          history.summarise(now, 10, 1, summary);
          expect(summary.count30d).toBe(within(30).length);
          expect(summary.sum30d).toBe(sum(within(30)));
          expect(summary.count1d).toBe(within(1).length);
          expect(summary.sum7d).toBe(sum(within(7)));
          expect(summary.max7d).toBe(Math.max(0, ...within(7).map((t) => t.amount)));
          expect(summary.baselineSum).toBe(sum(kept) - sum(within(14)));
          expect(summary.genuineCount).toBe(kept.length - within(7).length);
          expect(summary.visits).toBe(kept.filter((t) => t.amount % 3 === 1).length);
        },
      ),
    );
  });
});
