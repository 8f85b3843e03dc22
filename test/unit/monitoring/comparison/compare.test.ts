import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArmCounts, type ArmOutcome } from '../../../../src/monitoring/comparison/arm-counts.js';
import { type Comparison, compare } from '../../../../src/monitoring/comparison/compare.js';
import { bucketCount } from '../../../../src/monitoring/comparison/key-buckets.js';

type Outcomes = Partial<Record<ArmOutcome, number>>;

/** Counts with so many of each outcome, one after another over the buckets, or all requests of a run of `together` in one bucket. */
function counts(outcomes: Outcomes, { together = 1, buckets = bucketCount } = {}): ArmCounts {
  const arm = new ArmCounts();
  recordAll(arm, outcomes, together, buckets);
  return arm;
}

function recordAll(arm: ArmCounts, outcomes: Outcomes, together = 1, buckets = bucketCount): void {
  let request = 0;
  for (const outcome of ['APPROVE', 'REVIEW', 'BLOCK', 'ERROR'] as const) {
    for (let count = 0; count < (outcomes[outcome] ?? 0); count += 1) {
      arm.record(Math.floor(request / together) % buckets, outcome);
      request += 1;
    }
  }
}

const nothing = { low: -1, high: 1, distinguishable: false };
const width = ({ block }: Comparison): number => block.high - block.low;

describe('compare', () => {
  it('gives the differences, challenger − primary: decisions as shares of the answered requests, errors of all', () => {
    const primary = counts({ APPROVE: 8_000, REVIEW: 800, BLOCK: 200, ERROR: 1_000 });
    const challenger = counts({ APPROVE: 850, REVIEW: 100, BLOCK: 50 });
    const { block, review, error } = compare(primary, challenger);
    expect(block.difference).toBeCloseTo(50 / 1_000 - 200 / 9_000, 12);
    expect(review.difference).toBeCloseTo(100 / 1_000 - 800 / 9_000, 12);
    expect(error.difference).toBeCloseTo(0 - 1_000 / 10_000, 12);
    for (const { difference, low, high } of [block, review, error]) {
      expect(low).toBeLessThan(difference);
      expect(high).toBeGreaterThan(difference);
      expect((low + high) / 2).toBeCloseTo(difference, 12);
    }
  });

  it('says in which direction a large difference is, and swaps its signs with the arms', () => {
    const [low, high] = [counts({ APPROVE: 9_900, BLOCK: 100 }), counts({ APPROVE: 9_500, BLOCK: 500 })];
    const [risen, fallen] = [compare(low, high).block, compare(high, low).block];
    expect(risen.distinguishable).toBe(true);
    expect(risen.low).toBeGreaterThan(0);
    expect(fallen.distinguishable).toBe(true);
    expect(fallen.high).toBeLessThan(0);
    expect(fallen.high).toBeCloseTo(-risen.low, 12);
  });

  it('claims no difference between equal arms', () => {
    const arm = (): ArmCounts => counts({ APPROVE: 9_000, REVIEW: 700, BLOCK: 200, ERROR: 100 });
    const comparison = compare(arm(), arm());
    for (const { difference, distinguishable } of Object.values(comparison)) {
      expect(difference).toBe(0);
      expect(distinguishable).toBe(false);
    }
    expect(width(comparison)).toBeLessThan(0.05);
  });

  it('claims nothing with fewer than 100 requests in an arm, or with none', () => {
    const many = counts({ APPROVE: 5_000, BLOCK: 5_000 });
    for (const few of [new ArmCounts(), counts({ BLOCK: 99 }), counts({ ERROR: 99 })]) {
      for (const comparison of [compare(many, few), compare(few, many)]) {
        for (const rate of Object.values(comparison)) expect(rate).toMatchObject(nothing);
      }
    }
    expect(compare(new ArmCounts(), new ArmCounts()).block).toEqual({ difference: 0, ...nothing });
    expect(compare(many, counts({ APPROVE: 100 })).block).not.toMatchObject(nothing);
  });

  it('claims nothing about an arm whose requests have few keys', () => {
    const primary = counts({ APPROVE: 9_900, BLOCK: 100 });
    expect(compare(primary, counts({ BLOCK: 5_000 }, { buckets: 1 })).block).toMatchObject(nothing);
    expect(compare(primary, counts({ BLOCK: 5_000 }, { buckets: 19 })).block).toMatchObject(nothing);
    expect(compare(primary, counts({ BLOCK: 5_000 }, { buckets: 21 })).block.distinguishable).toBe(true);
  });

  it('is less certain if blocks are in the same keys', () => {
    const outcomes = { APPROVE: 9_700, BLOCK: 300 };
    const apart = compare(counts(outcomes), counts(outcomes));
    const together = compare(counts(outcomes, { together: 20 }), counts(outcomes, { together: 20 }));
    expect(width(together)).toBeGreaterThan(2 * width(apart));
  });

  it('keeps an interval around 0 where neither arm has any error', () => {
    const { error } = compare(counts({ APPROVE: 9_000 }), counts({ APPROVE: 1_000 }));
    expect(error.difference).toBe(0);
    expect(error.low).toBeLessThan(-0.001);
    expect(error.high).toBeGreaterThan(0.001);
  });

  it('does not take an arm without errors for better', () => {
    // 9 errors are expected in the challenger if nothing differs.
    const { error } = compare(counts({ APPROVE: 8_919, ERROR: 81 }), counts({ APPROVE: 1_000 }));
    expect(error.distinguishable).toBe(false);
  });

  it('is more certain with a larger alpha', () => {
    const [primary, challenger] = [counts({ APPROVE: 900, BLOCK: 100 }), counts({ APPROVE: 900, BLOCK: 100 })];
    expect(width(compare(primary, challenger, 0.2))).toBeLessThan(width(compare(primary, challenger, 0.01)));
  });

  it('gives the same whatever constant weight the requests of an arm have', () => {
    const challenger = counts({ APPROVE: 950, BLOCK: 50 });
    const expected = compare(counts({ APPROVE: 8_000, BLOCK: 300 }), challenger).block;
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (weight) => {
        const primary = new ArmCounts();
        primary.setWeight(weight);
        recordAll(primary, { APPROVE: 8_000, BLOCK: 300 });
        const { low, high } = compare(primary, challenger).block;
        expect(low).toBeCloseTo(expected.low, 9);
        expect(high).toBeCloseTo(expected.high, 9);
      }),
      { numRuns: 10, seed: 14 },
    );
  });

  it('compares the same hours where a share was raised while the block rate rose', () => {
    const [primary, challenger] = [new ArmCounts(), new ArmCounts()];
    // By day 1 % of all requests are blocked and the challenger has a tenth; by night 5 %, and it has half.
    primary.setWeight(0.1 / 0.9);
    recordAll(primary, { APPROVE: 89_100, BLOCK: 900 });
    recordAll(challenger, { APPROVE: 9_900, BLOCK: 100 });
    primary.setWeight(0.5 / 0.5);
    recordAll(primary, { APPROVE: 47_500, BLOCK: 2_500 });
    recordAll(challenger, { APPROVE: 47_500, BLOCK: 2_500 });
    const { block } = compare(primary, challenger);
    expect(block.difference).toBeCloseTo(0, 12);
    expect(block.high).toBeLessThan(0.01);
  });

  it('ignores what the primary answered while the challenger had no traffic', () => {
    const [primary, challenger] = [counts({}), counts({ APPROVE: 950, BLOCK: 50 })];
    primary.setWeight(0);
    recordAll(primary, { BLOCK: 10_000 });
    expect(compare(primary, challenger).block).toMatchObject(nothing);
    primary.setWeight(1);
    recordAll(primary, { APPROVE: 950, BLOCK: 50 });
    expect(compare(primary, challenger).block.difference).toBeCloseTo(0, 12);
  });
});
