import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmaxOfTwo } from '../../../src/decision/probability.js';
import { readScores } from '../../../src/decision/scores.js';

describe('softmaxOfTwo', () => {
  it('is a probability for any two finite logits, however large, and grows with the second', () => {
    const logit = fc.float({ noNaN: true, noDefaultInfinity: true });
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
    expect(softmaxOfTwo(1.5, 3.25)).toBe(Math.fround(Math.exp(3.25) / (Math.exp(1.5) + Math.exp(3.25))));
  });
});

describe('readScores', () => {
  const both = { logits: true, riskScore: true };

  it("reads its own slot's outputs, and takes the probability for a risk the model does not have", () => {
    const outputs = Float32Array.of(9, 9, 9, 0, 1, 0.25);
    expect(readScores(outputs, 1, both)).toEqual({ fraudProbability: softmaxOfTwo(0, 1), riskScore: 0.25 });
    const probability = Float32Array.of(0.75, 9, 9);
    expect(readScores(probability, 0, { logits: false, riskScore: false })).toEqual({
      fraudProbability: 0.75,
      riskScore: 0.75,
    });
  });

  it.each([
    [[Number.NaN, 0, 0.5]],
    [[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0.5]],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5]],
    [[0, Number.POSITIVE_INFINITY, 0.5]],
    [[Number.NEGATIVE_INFINITY, 0, 0.5]],
    [[0, 0, Number.NaN]],
    [[0, 0, 1.5]],
    [[0, 0, -0.1]],
  ])('throws for outputs %j, which must never become a decision', (outputs) => {
    expect(() => readScores(Float32Array.from(outputs), 0, both)).toThrowError(/expected a number in \[0, 1\]/);
  });
});
