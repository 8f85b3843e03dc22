import { describe, expect, it } from 'vitest';
import { generatedRows, trialRowsFor, trialRowsInTurns } from '../../../src/tools/verification-rows.js';

/** Inputs that no other test has: rows that were made before are given at once. */
function inputsOf(name: string, size = 100) {
  return [{ name, size, mean: new Array<number>(size).fill(1), std: new Array<number>(size).fill(2) }];
}

/** Counts turns of the event loop until a promise settles. */
async function turnsUntil(promise: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await promise.finally(() => {
    isOver = true;
  });
  return turns;
}

describe('trial rows', () => {
  it('are the same where they are made in turns', async () => {
    const inTurns = await trialRowsInTurns(inputsOf('a'));
    expect(inTurns).toHaveLength(256 * 100);
    // The first rows of any number are the same, unless they have gaps; these inputs can't.
    expect(inTurns.subarray(0, 1_000)).toEqual(generatedRows(inputsOf('other'), 10));
    // Another model in between: those of the first are made anew.
    trialRowsFor(inputsOf('b', 1));
    expect(trialRowsFor(inputsOf('a'))).toEqual(inTurns);
  });

  it('leave the event loop its turn after a few thousand values', async () => {
    expect(await turnsUntil(trialRowsInTurns(inputsOf('c')))).toBeGreaterThanOrEqual(6);
    expect(await turnsUntil(trialRowsInTurns(inputsOf('d', 4_096)))).toBeGreaterThanOrEqual(200);
  });

  it('are kept for the next version with the same inputs', async () => {
    const first = await trialRowsInTurns(inputsOf('e'));
    expect(await trialRowsInTurns(inputsOf('e'))).toBe(first);
    expect(trialRowsFor(inputsOf('e'))).toBe(first);
  });
});
