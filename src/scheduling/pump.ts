import type { Clock, Timer } from '../host/clock.js';

/** How often to check if no event announces a change, in ms. */
export const lookAgainMs = {
  /** While there is no worker. */
  stranded: 1_000,
  /** While batches may not be sent because others go first. */
  heldBack: 1,
} as const;

/** Decides when to check whether anything can be sent. A check never runs inside another one, and there is at most one timer. */
export class Pump {
  readonly #clock: Clock;
  readonly #look: () => number;
  #isLooking = false;
  #isDue = false;
  #timer: Timer | null = null;

  /** @param look sends what can be sent. Returns the time after which to check again, in ms; Infinity if something must change first. */
  constructor(clock: Clock, look: () => number) {
    this.#clock = clock;
    this.#look = look;
  }

  now(): void {
    // Host code that is called during a check may request another check. That is not needed, because this check sees its changes.
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

  /** Checks once for all events of one turn of the event loop, so that their requests share a batch. */
  soon(): void {
    if (this.#isDue) return;
    this.#clock.soon(this.#lookDue);
    this.#isDue = true;
  }

  /** Created once: a closure in `soon` would cost memory for every request. */
  readonly #lookDue = (): void => {
    this.#isDue = false;
    this.now();
  };

  /** Clears the timer. */
  rest(): void {
    this.#timer?.clear();
    this.#timer = null;
  }
}
