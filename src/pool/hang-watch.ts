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
  readonly #periodMs: number;
  #answered = -1;
  #lookedAt = 0;
  #stuckMs = 0;

  constructor(hangMs: number, periodMs: number) {
    this.#hangMs = hangMs;
    this.#periodMs = periodMs;
  }

  /** @returns whether it hangs. */
  look({ inHand, answered }: Progress, now: number): boolean {
    // A process that was stopped, or whose event loop stood, has heard no worker either: it is not held against them.
    const elapsedMs = Math.min(now - this.#lookedAt, 2 * this.#periodMs);
    const isStuck = inHand > 0 && answered === this.#answered;
    this.#stuckMs = isStuck ? this.#stuckMs + elapsedMs : 0;
    // With nothing in hand there is nothing to be stuck on: what comes next begins anew.
    this.#answered = inHand > 0 ? answered : -1;
    this.#lookedAt = now;
    return this.#stuckMs >= this.#hangMs;
  }
}

/** How often to look for one that hangs `hangMs`: ten times in that time, at least once a second. */
export function lookEveryMs(hangMs: number): number {
  return Math.min(Math.max(hangMs / 10, 1), 1_000);
}
