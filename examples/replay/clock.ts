/** Time as the replay sees it, so that tests drive it by hand; this file alone touches the process's clocks and timers. */
export interface Clock {
  /** Milliseconds on a monotonic clock with a fractional part; only differences mean anything. */
  now(): number;
  /** Milliseconds since the epoch (UTC). */
  epochMs(): number;
  /** Resolves after at least `delayMs`, or at once when the signal is aborted; never rejects. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Resolves once the event loop has taken what waits: answers, signals, timers. */
  turn(): Promise<void>;
  /** Calls `callback` every `periodMs` until the function it returns is called. */
  every(periodMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(delayMs, LONGEST_TIMER_MS));
      signal.addEventListener('abort', done);
    }),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  every: (periodMs, callback) => {
    const timer = setInterval(callback, periodMs);
    return () => clearInterval(timer);
  },
};

/** A longer setTimeout would end at once; whoever sleeps looks at the time again afterwards. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
