import type { Clock, Timer } from '../host/clock.js';

/** How often to look where nobody may say that anything has changed, in ms. */
export const lookAgainMs = {
  /** While no worker is there. */
  stranded: 1_000,
  /** While batches may not be sent, as others go first. */
  heldBack: 1,
} as const;

/** When it is looked whether anything can be sent: never within itself, and with one timer at most. */
export class Pump {
  readonly #clock: Clock;
  readonly #look: () => number;
  #isLooking = false;
  #isDue = false;
  #timer: Timer | null = null;

  /** @param look sends what can be sent. Returns after how many milliseconds to look again; Infinity where something has to change first. */
  constructor(clock: Clock, look: () => number) {
    this.#clock = clock;
    this.#look = look;
  }

  now(): void {
    // The host's code, which hears of requests that are given up on the way, may bring it about again: what it did is looked at anyway.
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.rest();
      const delayMs = this.#look();
      if (Number.isFinite(delayMs)) this.#timer = this.#clock.after(delayMs, () => this.now());
    } finally {
      this.#isLooking = false;
    }
  }

  /** Once for all that one turn of the event loop brings, so that they share a batch. */
  soon(): void {
    if (this.#isDue) return;
    this.#clock.soon(this.#lookDue);
    this.#isDue = true;
  }

  /** Made once: a closure in `soon` would cost every request its memory. */
  readonly #lookDue = (): void => {
    this.#isDue = false;
    this.now();
  };

  /** Takes the timer away. */
  rest(): void {
    this.#timer?.clear();
    this.#timer = null;
  }
}
