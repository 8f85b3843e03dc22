import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';

/** The longest that a timer of Node.js takes; it fires after 1 ms where it is told more. */
const longest = 2 ** 31 - 1;

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each(['after', 'background'] as const)('waits out a delay beyond 2^31 − 1 ms (%s)', (kind) => {
    const callback = vi.fn();
    systemClock[kind](2.5 * longest, callback);
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
    const timers = [longest, longest + 1, Number.MAX_SAFE_INTEGER].map((delayMs) =>
      systemClock[kind](delayMs, callback),
    );
    timers[0]?.clear();
    vi.advanceTimersByTime(longest);
    timers[2]?.clear();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds the process for the delays that somebody waits for, and for no others', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    for (const kind of ['after', 'background'] as const) systemClock[kind](2 * longest, () => {});
    vi.advanceTimersByTime(longest);
    const held = set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    expect(held).toEqual([true, false, true, false]);
  });
});
