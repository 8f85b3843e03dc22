import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfWidth } from '../../../../src/monitoring/comparison/confidence-sequence.js';

describe('halfWidth', () => {
  it('is where the normal mixture of likelihood ratios reaches 1 / alpha', () => {
    const variance = fc.double({ min: 1e-9, max: 1, noNaN: true });
    const alpha = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(variance, alpha, (variance, alpha) => {
        // E over δ ~ N(0, 0.01²) of exp(δ S − δ² V / 2), integrated in closed form.
        const information = 1 / variance;
        const sum = halfWidth(variance, alpha) * information;
        const logMixture = 0.5 * Math.log(1 / (1 + information * 0.01 ** 2)) + sum ** 2 / 2 / (information + 1e4);
        expect(logMixture).toBeCloseTo(-Math.log(alpha), 8);
      }),
      { seed: 14 },
    );
  });

  it('is wider than the interval for a single look, and shrinks as the sample grows', () => {
    const normalQuantile = 1.96;
    let before = Number.POSITIVE_INFINITY;
    for (const variance of [1e-2, 1e-4, 1e-5, 1e-6, 1e-8]) {
      const half = halfWidth(variance, 0.05);
      expect(half).toBeGreaterThan(normalQuantile * Math.sqrt(variance));
      expect(half).toBeLessThan(before);
      before = half;
    }
    expect(halfWidth(1e-5, 0.05) / (normalQuantile * Math.sqrt(1e-5))).toBeLessThan(2);
  });
});
