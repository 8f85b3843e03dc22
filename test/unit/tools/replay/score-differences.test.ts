import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScoreDifferenceTally } from '../../../../src/tools/replay/against/score-differences.js';

describe('Differences of scores', () => {
  it('have quantiles exact to 0.0001, and as many decisions in the histogram as there were', () => {
    const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(differences, (values) => {
        const tally = new ScoreDifferenceTally();
        for (const value of values) tally.add(value);
        const found = tally.differences();
        const sorted = values.toSorted((a, b) => a - b);
        for (const [share, seen] of [
          [0.01, found?.quantiles.p1],
          [0.5, found?.quantiles.p50],
          [0.95, found?.quantiles.p95],
        ] as const) {
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
          expect(Math.abs((seen ?? Number.NaN) - exact)).toBeLessThanOrEqual(0.0001);
        }
        expect(found?.min).toBe(sorted[0]);
        expect(found?.max).toBe(sorted.at(-1));
        expect(found?.histogram.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(values.length);
      }),
    );
  });

  it('are null without decisions', () => {
    expect(new ScoreDifferenceTally().differences()).toBeNull();
  });
});
