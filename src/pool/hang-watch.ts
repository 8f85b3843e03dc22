import { AwakeTime } from './awake-time.js';

/**
 * Finds out that a worker hangs: the task that it has had for longest stays the same for too long. It is looked at every period rather
 * than timed by task, which costs a task nothing.
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
   * @param oldest of the tasks in hand, by identity; null where there is none.
   * @returns whether it hangs.
   */
  look(oldest: object | null, now: number): boolean {
    const elapsedMs = this.#time.look(now);
    const isStuck = oldest !== null && oldest === this.#oldest;
    this.#stuckMs = isStuck ? this.#stuckMs + elapsedMs : 0;
    this.#oldest = oldest;
    return this.#stuckMs >= this.#hangMs;
  }
}

/** How often to look for one that hangs `hangMs`: ten times in that time, at least once a second. */
export function lookEveryMs(hangMs: number): number {
  return Math.min(Math.max(hangMs / 10, 1), 1_000);
}
