import { performance } from 'node:perf_hooks';
import * as timers from 'node:timers';
import { outside } from './async-context.js';
import type { FaultReport } from './faults.js';

/** A timer that was set and can be cleared. */
export interface Timer {
  clear(): void;
}

/**
 * Time as the stages see it. It comes in by the constructor, so that tests drive time by hand;
 * this file alone touches the process's clocks and timers.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock with a fractional part; only differences mean anything. */
  readonly now: () => number;
  /** Milliseconds since the epoch (UTC). */
  readonly epochMs: () => number;
  /** Calls `callback` once after at least `delayMs`; keeps the process alive until then, because a caller waits for it. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once after at least `delayMs`; does not keep the process alive, because nobody waits for it. */
  background(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` every `periodMs`; does not keep the process alive. */
  every(periodMs: number, callback: () => void): Timer;
  /** Calls `callback` once the event loop has handled what is already waiting, before it sleeps. */
  soon(callback: () => void): void;
}

/** The longest delay that a timer of Node.js takes; given more, it fires after 1 ms. */
const maxDelayMs = 2 ** 31 - 1;

/** The functions of Node.js that a clock is made of. */
export interface TimeFunctions
  extends Pick<typeof timers, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'setImmediate'> {
  /** Milliseconds on a monotonic clock. */
  now: () => number;
  /** Milliseconds since the epoch. */
  epochNow: () => number;
}

/**
 * The clocks and timers of the process. Fake timers (Jest, Vitest, Sinon) replace them in the global object, in `node:timers` and on
 * `performance`; a host's test that installs fake timers must not stop its scorer, so this clock keeps the functions that were there
 * when this module was loaded.
 */
export const systemClock: Clock = clockOf({ ...timers, now: performance.now.bind(performance), epochNow: Date.now });

/**
 * The clock that the host's own code sees: each time, it takes the timers that the global object has then, which are fake ones where a test has
 * installed those. For what stands in for a scorer in tests.
 */
export const hostClock: Clock = {
  now: () => Date.now(),
  epochMs: () => Date.now(),
  after: (delayMs, callback) => hostTimers().after(delayMs, callback),
  background: (delayMs, callback) => hostTimers().background(delayMs, callback),
  every: (periodMs, callback) => hostTimers().every(periodMs, callback),
  soon: (callback) => systemClock.soon(callback),
};

/** A plain vm context has no timers of its own. */
function hostTimers(): Clock {
  const { setTimeout = timers.setTimeout, clearTimeout = timers.clearTimeout } = globalThis;
  const { setInterval = timers.setInterval, clearInterval = timers.clearInterval } = globalThis;
  const { setImmediate } = timers;
  const now = hostClock.now;
  return clockOf({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, now, epochNow: now });
}

/** A clock made of these functions. Callbacks run in the asynchronous context of no caller, even if one set the timer. */
export function clockOf({ setTimeout, clearTimeout, setInterval, clearInterval, ...functions }: TimeFunctions): Clock {
  const { setImmediate, now, epochNow } = functions;

  const once = (delayMs: number, callback: () => void, holds: boolean): Timer => {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const isLast = leftMs <= maxDelayMs;
      const fire = isLast ? callback : () => wait(leftMs - maxDelayMs);
      timer = outside.runInAsyncScope(setTimeout, undefined, fire, isLast ? leftMs : maxDelayMs);
      if (!holds) timer.unref();
    };
    wait(delayMs);
    return { clear: () => clearTimeout(timer) };
  };

  return {
    now,
    epochMs: epochNow,
    after: (delayMs, callback) => once(delayMs, callback, true),
    background: (delayMs, callback) => once(delayMs, callback, false),
    every(periodMs, callback) {
      const timer = outside.runInAsyncScope(setInterval, undefined, callback, periodMs);
      timer.unref();
      return { clear: () => clearInterval(timer) };
    },
    soon: (callback) => {
      outside.runInAsyncScope(setImmediate, undefined, callback);
    },
  };
}

/** The same clock, but what its callbacks throw goes to `onFault`: in the event loop it would end the host's process. */
export function containedClock(clock: Clock, onFault: FaultReport): Clock {
  const contain = (callback: () => void) => (): void => {
    try {
      callback();
    } catch (error) {
      onFault(error);
    }
  };
  return {
    now: clock.now,
    epochMs: clock.epochMs,
    after: (delayMs, callback) => clock.after(delayMs, contain(callback)),
    background: (delayMs, callback) => clock.background(delayMs, contain(callback)),
    every: (periodMs, callback) => clock.every(periodMs, contain(callback)),
    soon: (callback) => clock.soon(contain(callback)),
  };
}
