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
  now(): number;
  /** Milliseconds since the epoch (UTC). */
  epochMs(): number;
  /** Calls `callback` once after at least `delayMs`; keeps the process alive until then, as what it ends is owed to a caller. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once after at least `delayMs`; does not keep the process alive, as nobody waits for it. */
  background(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` every `periodMs`; does not keep the process alive. */
  every(periodMs: number, callback: () => void): Timer;
  /** Calls `callback` once the event loop has taken what is already waiting, before it sleeps. */
  soon(callback: () => void): void;
}

/** The longest delay that a timer of Node.js takes; it fires after 1 ms where it is given more. */
const maxDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after: (delayMs, callback) => once(delayMs, callback, true),
  background: (delayMs, callback) => once(delayMs, callback, false),
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs);
    timer.unref();
    return { clear: () => clearInterval(timer) };
  },
  soon: (callback) => {
    setImmediate(callback);
  },
};

function once(delayMs: number, callback: () => void, holds: boolean): Timer {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    if (leftMs > maxDelayMs) timer = setTimeout(() => wait(leftMs - maxDelayMs), maxDelayMs);
    else timer = setTimeout(callback, leftMs);
    if (!holds) timer.unref();
  };
  wait(delayMs);
  return { clear: () => clearTimeout(timer) };
}
