import { describe, expect, it } from 'vitest';
import { decideRetry, historyOfPiece } from '../../../src/scheduling/retry-plan.js';

describe('decideRetry', () => {
  it.each([
    ['a batch whose worker died', 'death', 64, [1, 0], { action: 'again' }],
    ['a batch that has cost two workers', 'death', 64, [2, 0], { action: 'split', pieces: 16 }],
    ['a pair that has cost two', 'death', 2, [2, 0], { action: 'split', pieces: 16 }],
    ['one request whose worker died', 'death', 1, [1, 0], { action: 'again' }],
    ['one request that has cost two', 'death', 1, [2, 0], { action: 'fail' }],
    ['a batch that the runtime failed on', 'error', 64, [0, 1], { action: 'split', pieces: 2 }],
    ['one request that the runtime failed on', 'error', 1, [0, 1], { action: 'again' }],
    ['one request that it failed on twice', 'error', 1, [0, 2], { action: 'fail' }],
    ['one request that it failed on after a death', 'error', 1, [1, 1], { action: 'again' }],
  ] as const)('%s', (_, failure, rows, [deaths, errors], expected) => {
    expect(decideRetry(failure, rows, { deaths, errors })).toEqual(expected);
  });

  it('tries a part of a batch that has killed two workers once', () => {
    expect([0, 1, 2, 3].map((deaths) => historyOfPiece(4, { deaths, errors: 0 }).deaths)).toEqual([0, 1, 1, 1]);
  });

  it('counts for a single request only the errors that happen while it is alone', () => {
    expect([4, 2, 1].map((rows) => historyOfPiece(rows, { deaths: 0, errors: 6 }).errors)).toEqual([6, 6, 0]);
  });
});
