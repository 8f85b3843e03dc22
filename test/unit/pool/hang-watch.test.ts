import { describe, expect, it } from 'vitest';
import { HangWatch, lookEveryMs } from '../../../src/pool/hang-watch.js';

/** The moments, in ms, at which a worker that is looked at every 100 ms is taken to hang for 1,000. */
function hangsAt(seenAt: (ms: number) => { inHand: number; answered: number }, untilMs = 3_000): number[] {
  const watch = new HangWatch(1_000, 100);
  const moments: number[] = [];
  for (let ms = 100; ms <= untilMs; ms += 100) if (watch.look(seenAt(ms), ms)) moments.push(ms);
  return moments;
}

describe('HangWatch', () => {
  it('is sure once nothing has come back for long enough, counted from the first look', () => {
    expect(hangsAt(() => ({ inHand: 1, answered: 5 }))[0]).toBe(1_100);
  });

  it('begins anew with every answer, and with a task after there was none', () => {
    expect(hangsAt((ms) => ({ inHand: 2, answered: Math.floor(ms / 900) }))).toEqual([]);
    expect(hangsAt((ms) => ({ inHand: ms % 900 === 0 ? 0 : 1, answered: 0 }))).toEqual([]);
    expect(hangsAt(() => ({ inHand: 0, answered: 5 }))).toEqual([]);
  });

  it('does not hold it against a worker that the process was stopped', () => {
    const watch = new HangWatch(1_000, 100);
    const stuck = { inHand: 1, answered: 0 };
    expect(watch.look(stuck, 100)).toBe(false);
    expect(watch.look(stuck, 60_000)).toBe(false);
    expect(watch.look(stuck, 60_700)).toBe(false);
  });

  it('looks ten times in the time it allows, at least once a second', () => {
    expect([1, 200, 10_000, 600_000, Number.POSITIVE_INFINITY].map(lookEveryMs)).toEqual([1, 20, 1_000, 1_000, 1_000]);
  });
});
