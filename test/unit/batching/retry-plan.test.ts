import { describe, expect, it } from 'vitest';
import { deathsOfPiece, decideRetry } from '../../../src/batching/retry-plan.js';

describe('decideRetry', () => {
  it.each([
    ['a batch whose worker died', 'death', 64, 1, { action: 'again' }],
    ['a batch that has cost two workers', 'death', 64, 2, { action: 'split', pieces: 16 }],
    ['a pair that has cost two', 'death', 2, 2, { action: 'split', pieces: 16 }],
    ['one request whose worker died', 'death', 1, 1, { action: 'again' }],
    ['one request that has cost two', 'death', 1, 2, { action: 'fail' }],
    ['a batch that the runtime failed on', 'error', 64, 0, { action: 'split', pieces: 2 }],
    ['one request that the runtime failed on', 'error', 1, 0, { action: 'fail' }],
    ['one request that the runtime failed on after a death', 'error', 1, 1, { action: 'fail' }],
  ] as const)('%s', (_, failure, rows, deaths, expected) => {
    expect(decideRetry(failure, rows, deaths)).toEqual(expected);
  });

  it('tries a piece of what has cost two workers once, and a piece of an error as any batch', () => {
    expect([0, 1, 2, 3].map(deathsOfPiece)).toEqual([0, 1, 1, 1]);
  });
});
