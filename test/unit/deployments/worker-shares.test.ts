import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workersByShare } from '../../../src/deployments/worker-shares.js';

describe('workersByShare', () => {
  it.each([
    [[1], 4, [4]],
    [[0.7, 0.3, 0], 10, [7, 3, 1]],
    [[0.95, 0.05], 2, [2, 1]],
    [[0.5, 0.5], 1, [1, 1]],
  ])('gives shares of %j of %i workers %j', (shares, workers, expected) => {
    expect(
      workersByShare(
        shares.map((share) => ({ share, given: null })),
        workers,
      ),
    ).toEqual(expected);
  });

  it('gives the number that the host set', () => {
    expect(workersByShare([{ share: 0.1, given: 5 }], 2)).toEqual([5]);
  });

  it('never gives more in total than the workers plus one for each version', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 256 }),
        (parts, workers) => {
          const total = Math.max(
            1,
            parts.reduce((sum, part) => sum + part, 0),
          );
          const needs = parts.map((part) => ({ share: part / total, given: null }));
          const counts = workersByShare(needs, workers);
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(workers + needs.length);
        },
      ),
    );
  });
});
