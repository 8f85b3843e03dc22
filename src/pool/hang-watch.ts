import { AwakeTime } from './awake-time.js';

/** What is seen of a worker at one moment. */
export interface Progress {
  /** Tasks in hand. */
  inHand: number;
  /** Tasks answered since its start. */
  answered: number;
}

/**
 * Finds out that a worker hangs: it has something in hand and has answered nothing for too long. It is looked at every
 * period rather than timed by task, which costs a task nothing.
 */
export class HangWatch {
  readonly #hangMs: number;
  readonly #time: AwakeTime;
  #answered = -1;
  #stuckMs = 0;

  constructor(hangMs: number, periodMs: number) {
    this.#hangMs = hangMs;
    this.#time = new AwakeTime(periodMs, 0);
  }

  /** @returns whether it hangs. */
  look({ inHand, answered }: Progress, now: number): boolean {
    const elapsedMs = this.#time.look(now);
    const isStuck = inHand > 0 && answered === this.#answered;
    this.#stuckMs = isStuck ? this.#stuckMs + elapsedMs : 0;
    // With nothing in hand there is nothing to be stuck on: what comes next begins anew.
    this.#answered = inHand > 0 ? answered : -1;
    return this.#stuckMs >= this.#hangMs;
  }
}

/** How often to look for one that hangs `hangMs`: ten times in that time, at least once a second. */
export function lookEveryMs(hangMs: number): number {
  return Math.min(Math.max(hangMs / 10, 1), 1_000);
}
