import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmaxOfTwo } from '../../../src/protocol/output-forms.js';

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
    expect(softmaxOfTwo(1.5, 3.25)).toBeCloseTo(Math.exp(3.25) / (Math.exp(1.5) + Math.exp(3.25)), 15);
    expect(softmaxOfTwo(Number.POSITIVE_INFINITY, 0)).toBeNaN();
  });
});
