import { describe, expect, it } from 'vitest';
import { FakeClock, fakeClock } from '../../../src/testing/index.js';
import { untyped } from '../../support/untyped.js';

describe('a fake clock', () => {
  it('stands at 2026-01-01, or where it is told, until it is moved', () => {
    expect(new Date(fakeClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    const clock = new FakeClock(new Date('2026-11-26T12:00:00Z'));
    clock.advance(1_500);
    expect(new Date(clock.epochMs()).toISOString()).toBe('2026-11-26T12:00:01.500Z');
  });

  it('fires timers at their own times, in the order of these, then of setting', () => {
    const clock = fakeClock(0);
    const seen: [string, number][] = [];
    const note = (name: string) => (): unknown => seen.push([name, clock.now()]);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.background(10, note('second'));
    clock.after(10, () => clock.after(5, note('of a timer')));
    clock.after(15, note('cleared')).clear();
    const every = clock.every(8, note('every'));
    clock.advance(20);
    every.clear();
    clock.advance(100);
    expect(seen).toEqual([
      ['every', 8],
      ['first', 10],
      ['second', 10],
      ['of a timer', 15],
      ['every', 16],
      ['late', 20],
    ]);
    expect(clock.timers).toBe(0);
  });

  it('lets code that waits for promises set timers on the way, where it is moved asynchronously', async () => {
    const clock = fakeClock(0);
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        await wait(10);
        seen.push(clock.now());
      }
    };
    const done = work();
    await clock.advanceAsync(35);
    await done;
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('refuses what is no time', () => {
    const refused = expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' });
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, untyped<number>('1')]) {
      expect(() => fakeClock().advance(ms)).toThrowError(refused);
    }
    expect(() => fakeClock(new Date('never'))).toThrowError(refused);
  });
});
