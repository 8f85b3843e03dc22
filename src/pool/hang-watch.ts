import { AwakeTime } from './awake-time.js';

/**
 * Detects a hung worker: its oldest task stays the same for too long. It is checked periodically. A timer for each task would cost time per
 * task.
 */
export class HangWatch {
  readonly #hangMs: number;
  readonly #time: AwakeTime;
  #oldest: unknown = null;
  #stuckMs = 0;

  constructor(hangMs: number, periodMs: number) {
    this.#hangMs = hangMs;
    this.#time = new AwakeTime(periodMs, 0);
  }

  /**
   * @param oldest the oldest open task, compared by identity; null if there is none.
   * @returns whether the worker hangs.
   */
  look(oldest: object | null, now: number): boolean {
    const elapsedMs = this.#time.look(now);
    const isStuck = oldest !== null && oldest === this.#oldest;
    this.#stuckMs = isStuck ? this.#stuckMs + elapsedMs : 0;
    this.#oldest = oldest;
    return this.#stuckMs >= this.#hangMs;
  }
}

/** How often to check for a hang of `hangMs`: ten times in that time, at least once a second. */
export function lookEveryMs(hangMs: number): number {
  return Math.min(Math.max(hangMs / 10, 1), 1_000);
}
