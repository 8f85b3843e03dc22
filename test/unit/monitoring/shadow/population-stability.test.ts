import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationStability } from '../../../../src/monitoring/shadow/population-stability.js';
import { binOf, ScoreHistogram } from '../../../../src/monitoring/shadow/score-histogram.js';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';

const score = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: -7, max: 0, noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 0.5, 1),
);
const scores = fc.array(score, { minLength: 1, maxLength: 300 });

function histogram(recorded: readonly number[]): ScoreHistogram {
  const made = new ScoreHistogram();
  for (const value of recorded) made.record(value);
  return made;
}

function psi(expected: readonly number[], actual: readonly number[]): number {
  return populationStability(histogram(expected), histogram(actual)) ?? Number.NaN;
}

/** The textbook's way: deciles of the expected scores themselves. For scores without ties. */
function directPsi(expected: readonly number[], actual: readonly number[]): number {
  const sorted = [...expected].sort((a, b) => a - b);
  const edges = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((decile) => sorted[(decile * sorted.length) / 10 - 1] ?? Number.NaN);
  const shares = (values: readonly number[]): number[] => {
    const counts = Array.from({ length: 10 }, () => 0.5);
    for (const value of values) {
      const bin = edges.filter((edge) => value > edge).length;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((count) => count / (values.length + 5));
  };
  const [expectedShares, actualShares] = [shares(expected), shares(actual)];
  return actualShares.reduce((sum, share, bin) => {
    const other = expectedShares[bin] ?? Number.NaN;
    return sum + (share - other) * Math.log(share / other);
  }, 0);
}

describe('the population stability index', () => {
  it('is finite and at least 0', () => {
    fc.assert(
      fc.property(scores, scores, (expected, actual) => {
        const index = psi(expected, actual);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('is 0 for equal distributions, in whatever order they came', () => {
    fc.assert(
      fc.property(scores, (recorded) => {
        expect(psi(recorded, [...recorded].reverse())).toBe(0);
      }),
    );
  });

  it('is null without a sample of either', () => {
    expect(populationStability(histogram([]), histogram([0.5]))).toBeNull();
    expect(populationStability(histogram([0.5]), histogram([]))).toBeNull();
  });

  it.each([1, 4])('agrees with deciles of the scores themselves, for scores to the power of %d', (power) => {
    const uniform = seededUniform(7);
    const expected = Array.from({ length: 5_000 }, () => uniform() ** power);
    const actual = Array.from({ length: 5_000 }, () => uniform() ** (1.3 * power));
    const index = psi(expected, actual);
    expect(index).toBeGreaterThan(0.05);
    expect(Math.abs(index - directPsi(expected, actual))).toBeLessThan(0.02 * index + 0.001);
  });

  it('stays small for two samples of one distribution', () => {
    const uniform = seededUniform(11);
    const sample = (): number[] => Array.from({ length: 5_000 }, () => uniform() ** 6);
    expect(psi(sample(), sample())).toBeLessThan(0.01);
  });

  it.each([0.1, 0.5, 0.9])('sees scores move away, down or up, from a score of %d that all rows shared', (shared) => {
    const expected = Array.from({ length: 1_000 }, () => shared);
    for (const moved of [0, 0.05, 0.95, 1])
      expect(psi(expected, [...expected, ...expected.map(() => moved)])).toBeGreaterThan(0.25);
  });

  it('tells scores apart that differ far below a thousandth', () => {
    const uniform = seededUniform(3);
    const expected = Array.from({ length: 2_000 }, () => uniform() * 0.0002);
    expect(
      psi(
        expected,
        expected.map((value) => value * 2),
      ),
    ).toBeGreaterThan(0.25);
  });
});

describe('a histogram of scores', () => {
  it('has bins in the order of the scores, no wider than 0.8 % of the distance to the nearer end or a millionth', () => {
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(binOf(low)).toBeLessThanOrEqual(binOf(high));
        const distance = Math.min(low > 0.5 ? 1 - low : low, high > 0.5 ? 1 - high : high);
        if (binOf(low) === binOf(high)) expect(high - low).toBeLessThanOrEqual(distance * 0.008 + 2e-6);
      }),
      { numRuns: 2_000 },
    );
    expect([binOf(0), binOf(1)]).toEqual([0, ScoreHistogram.bins - 1]);
  });
});
