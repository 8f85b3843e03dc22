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

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { clear: () => clearTimeout(timer) };
  },
  background(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return { clear: () => clearTimeout(timer) };
  },
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs);
    timer.unref();
    return { clear: () => clearInterval(timer) };
  },
  soon: (callback) => {
    setImmediate(callback);
  },
};
