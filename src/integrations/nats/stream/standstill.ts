import type { Clock, Timer } from '../../../host/clock.js';

/** What came before the process stood still is read within this time after it. */
const periodMs = 250;

/** Notices that the process stood still: it was stopped, swapped out, or its event loop was blocked. */
export class Standstill {
  readonly #clock: Clock;
  readonly #timer: Timer;
  /** The last two times at which the process was seen to run. Timers run before sockets are read, so one would not do. */
  #ranAt: number;
  #ranBefore: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ranAt = clock.now();
    this.#ranBefore = this.#ranAt;
    this.#timer = clock.every(periodMs, () => {
      this.#ranBefore = this.#ranAt;
      this.#ranAt = clock.now();
    });
  }

  /**
   * The earliest time at which a message that is read now may have been sent. It is now, unless the process has just stood still for
   * `longestMs`: then the message may have waited in the socket all that time.
   */
  sentAfter(longestMs: number): number {
    const now = this.#clock.now();
    return now - this.#ranBefore >= longestMs ? this.#ranBefore : now;
  }

  close(): void {
    this.#timer.clear();
  }
}
