/**
 * Measures time in which this process could hear its workers. A process that was stopped, or whose event loop stood, has heard no worker
 * either: of a longer gap between two looks only twice the usual one counts.
 */
export class AwakeTime {
  readonly #periodMs: number;
  #lookedAt: number;

  /** @param periodMs how often `look` is called. @param now on the monotonic clock. */
  constructor(periodMs: number, now: number) {
    this.#periodMs = periodMs;
    this.#lookedAt = now;
  }

  /** @returns the milliseconds since the last look that count. */
  look(now: number): number {
    const elapsedMs = Math.min(now - this.#lookedAt, 2 * this.#periodMs);
    this.#lookedAt = now;
    return elapsedMs;
  }
}
