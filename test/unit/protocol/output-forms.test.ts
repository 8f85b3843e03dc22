import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrator, outputNames, sigmoid, softmaxOf, softmaxOfTwo } from '../../../src/protocol/output-forms.js';

const logit = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('softmaxOfTwo', () => {
  it('is a probability for any two finite logits, however large, and grows with the second', () => {
    fc.assert(
      fc.property(logit, logit, logit, (a, b, c) => {
        const [low, high] = [Math.min(b, c), Math.max(b, c)];
        for (const value of [low, high]) {
          expect(softmaxOfTwo(a, value)).toBeGreaterThanOrEqual(0);
          expect(softmaxOfTwo(a, value)).toBeLessThanOrEqual(1);
        }
        expect(softmaxOfTwo(a, high)).toBeGreaterThanOrEqual(softmaxOfTwo(a, low));
      }),
    );
    expect(softmaxOfTwo(1, 1)).toBe(0.5);
    expect(softmaxOfTwo(1.5, 3.25)).toBeCloseTo(Math.exp(3.25) / (Math.exp(1.5) + Math.exp(3.25)), 15);
    for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const other of [0, infinite, -infinite]) {
        expect(softmaxOfTwo(infinite, other)).toBeNaN();
        expect(softmaxOfTwo(other, infinite)).toBeNaN();
      }
    }
  });
});

describe('softmaxOf', () => {
  it('adds up to 1 over the columns of a row, and is that of two where there are two', () => {
    fc.assert(
      fc.property(fc.array(logit, { minLength: 2, maxLength: 6 }), (logits) => {
        const padded = [Number.NaN, ...logits, Number.NaN];
        const shares = logits.map((_, column) => softmaxOf(padded, 1, logits.length, column));
        for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        const [a = 0, b = 0] = logits;
        expect(softmaxOf([a, b], 0, 2, 1)).toBe(softmaxOfTwo(a, b));
      }),
    );
  });

  it('is no number where a logit of the row is not finite', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const column of [0, 1, 2]) expect(softmaxOf([1, value, 2], 0, 3, column)).toBeNaN();
    }
  });
});

describe('sigmoid', () => {
  it('is a probability of any finite number, and none of others', () => {
    expect([sigmoid(0), sigmoid(-1e38), sigmoid(1e38)]).toEqual([0.5, 0, 1]);
    expect([sigmoid(Number.NaN), sigmoid(Number.POSITIVE_INFINITY)]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('an isotonic calibration', () => {
  const points = fc
    .uniqueArray(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 2,
      maxLength: 30,
      selector: (x) => x + 0,
    })
    .chain((x) => {
      const y = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: x.length, maxLength: x.length });
      return fc.tuple(fc.constant([...x].sort((a, b) => a - b)), y, fc.boolean());
    });

  it('passes through its points, is constant outside them, and monotone between', () => {
    fc.assert(
      fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), ([x, values, isFalling], share) => {
        const y = [...values].sort((a, b) => (isFalling ? b - a : a - b));
        const calibrate = calibrator({ method: 'isotonic', x, y });
        for (const [index, point] of x.entries()) expect(calibrate(point)).toBe(y[index]);
        expect([calibrate(-1e9), calibrate(1e9)]).toEqual([y[0], y.at(-1)]);
        for (const [index, from] of x.slice(0, -1).entries()) {
          const [low = 0, high = 0] = [y[index] ?? 0, y[index + 1] ?? 0].sort((a, b) => a - b);
          const to = x[index + 1] ?? from;
          // The sum rounds, and may lie above.
          const between = calibrate(Math.min(from + share * (to - from), to));
          expect(between >= low - 1e-12 && between <= high + 1e-12).toBe(true);
        }
      }),
    );
    const calibrate = calibrator({ method: 'isotonic', x: [0, 2, 4], y: [0, 0.5, 0.75] });
    expect([calibrate(1), calibrate(3)]).toEqual([0.25, 0.625]);
  });

  it('leaves what is not finite without a score, as one by Platt does', () => {
    for (const calibration of [
      { method: 'isotonic' as const, x: [0, 1], y: [0, 1] },
      { method: 'platt' as const, a: 1, b: 0 },
    ]) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(calibrator(calibration)(value)).toBeNaN();
      }
    }
    expect(calibrator({ method: 'platt', a: -2, b: 1 })(0.25)).toBe(sigmoid(0.5));
  });
});

describe('the outputs to fetch', () => {
  it('are those that the manifest names, each once', () => {
    expect(outputNames({ probabilities: 'p', fraudClass: 1, classes: ['a', 'b'] })).toEqual(['p']);
    expect(outputNames({ logit: 'z', riskScore: 'r', attention: 'r' })).toEqual(['z', 'r']);
  });
});
