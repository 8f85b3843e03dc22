import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftOf, expectedShares } from '../../../../src/monitoring/drift/stability.js';
import { stabilityIndex } from '../../../../src/monitoring/population-stability.js';

const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
const pairs = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 20 });

describe('The population stability index', () => {
  it('is 0 for equal shares, never below 0, and the same in either direction', () => {
    fc.assert(
      fc.property(pairs, (shares) => {
        const a = shares.map(([first]) => first);
        const b = shares.map(([, second]) => second);
        expect(stabilityIndex(a, a)).toBe(0);
        expect(stabilityIndex(a, b)).toBeGreaterThanOrEqual(0);
        expect(stabilityIndex(a, b)).toBeCloseTo(stabilityIndex(b, a), 10);
      }),
    );
  });

  it('is that of a worked example', () => {
    // Two bins, from a half each to 0.6 and 0.4: 0.1 · ln 1.2 − 0.1 · ln 0.8.
    expect(stabilityIndex([0.5, 0.5], [0.6, 0.4])).toBeCloseTo(0.1 * Math.log(1.2) - 0.1 * Math.log(0.8), 12);
  });

  it('is about 0 on average for samples of the reference itself, once chance is taken off', () => {
    const expected = expectedShares(new Array<number>(10).fill(0.1), 1_000_000);
    const uniform = seeded(7);
    let sum = 0;
    for (let sample = 0; sample < 200; sample += 1) {
      const counts = new Uint32Array(10);
      for (let row = 0; row < 500; row += 1) {
        const bin = Math.floor(uniform() * 10);
        counts[bin] = (counts[bin] as number) + 1;
      }
      const drift = driftOf(expected, counts, 0, 500);
      expect(drift).toBeLessThan(0.1);
      sum += drift;
    }
    expect(sum / 200).toBeLessThan(0.006);
  });

  it('stays finite where a bin is empty on either side', () => {
    const expected = expectedShares([0, 1, 0], 500);
    expect(driftOf(expected, Uint32Array.of(500, 0, 0), 0, 500)).toBeGreaterThan(5);
    expect(driftOf(expected, Uint32Array.of(1, 499, 0), 0, 500)).toBeLessThan(0.02);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
