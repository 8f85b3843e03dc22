import { performance } from 'node:perf_hooks';
import * as timers from 'node:timers';
import { outside } from './async-context.js';
import type { FaultReport } from './faults.js';

/** A timer that can be cleared. */
export interface Timer {
  clear(): void;
}

/**
 * The time as all parts of the scorer see it. It is passed to constructors, so that tests can control the time. Only this file uses the
 * process's clocks and timers.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock, with a fractional part. Only differences are meaningful. */
  readonly now: () => number;
  /** Milliseconds since the epoch (UTC). */
  readonly epochMs: () => number;
  /** Calls `callback` once after at least `delayMs`. Keeps the process alive until then, because a caller is waiting. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once after at least `delayMs`. Does not keep the process alive, because nobody is waiting. */
  background(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` every `periodMs`; does not keep the process alive. */
  every(periodMs: number, callback: () => void): Timer;
  /** Calls `callback` after the event loop has handled all pending events, and before it sleeps. */
  soon(callback: () => void): void;
}

/** The longest delay that a Node.js timer accepts. With a longer one it would fire after 1 ms. */
const maxDelayMs = 2 ** 31 - 1;

/** The Node.js functions that a clock is built from. */
export interface TimeFunctions
  extends Pick<typeof timers, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'setImmediate'> {
  /** Milliseconds on a monotonic clock. */
  now: () => number;
  /** Milliseconds since the epoch. */
  epochNow: () => number;
}

/**
 * The clock and timers of the process. Fake timers (Jest, Vitest, Sinon) replace the functions in the global object, in `node:timers` and
 * on `performance`. A host's test that installs fake timers must not stop its scorer. So this clock keeps the functions that it found when
 * this module was loaded.
 */
export const systemClock: Clock = clockOf({ ...timers, now: performance.now.bind(performance), epochNow: Date.now });

/**
 * The clock that the host's own code sees. For each call it takes the timers that the global object has then, which may be fake timers of a
 * test. Used by test doubles of a scorer.
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

/** Builds a clock from these functions. Callbacks run in an asynchronous context without a caller, even if a caller set the timer. */
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

/** The same clock, but errors thrown by callbacks go to `onFault`. Without this, they would end the host's process. */
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
