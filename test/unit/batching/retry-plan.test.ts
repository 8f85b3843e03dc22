import { describe, expect, it } from 'vitest';
import { deathsOfHalf, decideRetry } from '../../../src/batching/retry-plan.js';

describe('decideRetry', () => {
  it.each([
    ['a batch whose worker died', 'death', 64, 1, 'again'],
    ['a batch that has cost two workers', 'death', 64, 2, 'halves'],
    ['a pair that has cost two', 'death', 2, 2, 'halves'],
    ['one request whose worker died', 'death', 1, 1, 'again'],
    ['one request that has cost two', 'death', 1, 2, 'fail'],
    ['a batch that the runtime failed on', 'error', 64, 0, 'halves'],
    ['one request that the runtime failed on', 'error', 1, 0, 'fail'],
    ['one request that the runtime failed on after a death', 'error', 1, 1, 'fail'],
  ] as const)('%s', (_, failure, rows, deaths, expected) => {
    expect(decideRetry(failure, rows, deaths)).toBe(expected);
  });

  it('tries a half of what has cost two workers once, and a half of an error as any batch', () => {
    expect([0, 1, 2, 3].map(deathsOfHalf)).toEqual([0, 1, 1, 1]);
  });
});
