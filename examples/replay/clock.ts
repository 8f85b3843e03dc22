/** The time as the replay sees it, so that tests can control it. Only this file uses the process's clocks and timers. */
export interface Clock {
  /** Milliseconds on a monotonic clock, with a fractional part. Only differences are meaningful. */
  now(): number;
  /** Milliseconds since the epoch (UTC). */
  epochMs(): number;
  /** Resolves after at least `delayMs`, or at once when the signal is aborted. Never rejects. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Resolves after the event loop has handled pending answers, signals and timers. */
  turn(): Promise<void>;
  /** Calls `callback` every `periodMs` until the returned function is called. */
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

/** A longer setTimeout would fire at once. A caller that sleeps checks the time again afterwards. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
