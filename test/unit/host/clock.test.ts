import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, clockOf, systemClock, type TimeFunctions } from '../../../src/host/clock.js';

/** The longest delay that a timer of Node.js takes; given more, it fires after 1 ms. */
const longest = 2 ** 31 - 1;

/** A clock of whatever timers are installed, the fake ones here. */
function clockOfNow(): Clock {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis;
  const functions = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } as TimeFunctions;
  return clockOf({ ...functions, now: () => performance.now(), epochNow: () => Date.now() });
}

describe('a clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each(['after', 'background'] as const)('waits out a delay beyond 2^31 − 1 ms (%s)', (kind) => {
    const callback = vi.fn();
    clockOfNow()[kind](2.5 * longest, callback);
    for (const step of [1_000, longest, longest - 1_000]) {
      vi.advanceTimersByTime(step);
      expect(callback).not.toHaveBeenCalled();
    }
    vi.advanceTimersByTime(longest / 2 + 1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['after', 'background'] as const)('clears such a delay at any time (%s)', (kind) => {
    const callback = vi.fn();
    const clock = clockOfNow();
    const timers = [longest, longest + 1, Number.MAX_SAFE_INTEGER].map((delayMs) => clock[kind](delayMs, callback));
    timers[0]?.clear();
    vi.advanceTimersByTime(longest);
    timers[2]?.clear();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the process alive for the delays that a caller waits for, and for no others', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const clock = clockOfNow();
    for (const kind of ['after', 'background'] as const) clock[kind](2 * longest, () => {});
    vi.advanceTimersByTime(longest);
    const held = set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    expect(held).toEqual([true, false, true, false]);
  });
});

describe('systemClock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes on with the real timers while fake ones are installed', async () => {
    vi.useFakeTimers();
    const before = [systemClock.now(), systemClock.epochMs()] as const;
    await new Promise<void>((resolve) => systemClock.soon(resolve));
    await new Promise<void>((resolve) => systemClock.after(2, resolve));
    const every = new EventTarget();
    const fired = once(every, 'fired');
    const timer = systemClock.every(1, () => every.dispatchEvent(new Event('fired')));
    const held = systemClock.after(1_000, () => {});
    await fired;
    timer.clear();
    held.clear();
    expect(systemClock.now()).toBeGreaterThan(before[0]);
    expect(systemClock.epochMs()).toBeGreaterThan(before[1]);
  });

  it('calls back in the asynchronous context of no caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await new Promise<void>((resolve) => {
      storage.run('of a request', () => {
        const look = (): void => {
          seen.push(storage.getStore());
          if (seen.length === 4) resolve();
        };
        systemClock.soon(look);
        systemClock.after(1, look);
        systemClock.background(1, look);
        const timer = systemClock.every(1, () => {
          timer.clear();
          look();
        });
      });
    });
    expect(seen).toEqual([undefined, undefined, undefined, undefined]);
  });
});
