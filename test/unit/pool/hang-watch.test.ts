import { describe, expect, it } from 'vitest';
import { HangWatch, lookEveryMs } from '../../../src/pool/hang-watch.js';

/** The moments, in ms, at which a worker that is looked at every 100 ms is taken to hang for 1,000. */
function hangsAt(oldestAt: (ms: number) => object | null, untilMs = 3_000): number[] {
  const watch = new HangWatch(1_000, 100);
  const moments: number[] = [];
  for (let ms = 100; ms <= untilMs; ms += 100) if (watch.look(oldestAt(ms), ms)) moments.push(ms);
  return moments;
}

describe('HangWatch', () => {
  const tasks = Array.from({ length: 10 }, (_, index) => ({ index }));

  it('reports a hang when a task has not come back for long enough, counted from the first check', () => {
    expect(hangsAt(() => tasks[0] ?? null)[0]).toBe(1_100);
  });

  it('starts again with every task, and after a time without tasks', () => {
    expect(hangsAt((ms) => tasks[Math.floor(ms / 900)] ?? null)).toEqual([]);
    expect(hangsAt((ms) => (ms % 900 === 0 ? null : (tasks[0] ?? null)))).toEqual([]);
    expect(hangsAt(() => null)).toEqual([]);
  });

  it('ignores the time in which the process was stopped', () => {
    const watch = new HangWatch(1_000, 100);
    const stuck = {};
    expect(watch.look(stuck, 100)).toBe(false);
    expect(watch.look(stuck, 60_000)).toBe(false);
    expect(watch.look(stuck, 60_700)).toBe(false);
  });

  it('checks ten times in the allowed time, at least once a second', () => {
    expect([1, 200, 10_000, 600_000, Number.POSITIVE_INFINITY].map(lookEveryMs)).toEqual([1, 20, 1_000, 1_000, 1_000]);
  });
});
