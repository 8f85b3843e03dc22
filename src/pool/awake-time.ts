/**
 * Measures the time in which this process could hear its workers. If the process was stopped or its event loop was blocked, it could not
 * hear them. So of a longer gap between two checks, only twice the usual gap counts.
 */
export class AwakeTime {
  readonly #periodMs: number;
  #lookedAt: number;

  /** @param periodMs how often `look` is called. @param now time on the monotonic clock. */
  constructor(periodMs: number, now: number) {
    this.#periodMs = periodMs;
    this.#lookedAt = now;
  }

  /** @returns the milliseconds since the last check that count. */
  look(now: number): number {
    const elapsedMs = Math.min(now - this.#lookedAt, 2 * this.#periodMs);
    this.#lookedAt = now;
    return elapsedMs;
  }
}
