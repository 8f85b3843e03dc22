import type { Clock, Timer } from '../host/clock.js';

const secondMs = 1_000;

/** The seconds that are made up for at most, after a leap of time: what is measured covers fewer. */
const mostSeconds = 15;

/**
 * A clock for what is measured every second. It sets no timer: an interval that never ends would keep `runAllTimers` of a host's fake timers
 * from returning. In place of that, `catchUp` does what was due at each second that has passed.
 */
export class SecondsClock implements Clock {
  readonly #clock: Clock;
  #everySecond: (() => void) | null = null;
  #last = 0;
  /** The second that is being made up for; null: as late as it is. */
  #at: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly now = (): number => this.#at ?? this.#clock.now();

  readonly epochMs = (): number => this.#clock.epochMs();

  /** Does what was due since it was last called. */
  catchUp(): void {
    const callback = this.#everySecond;
    if (callback === null) return;
    const now = this.#clock.now();
    for (let done = 0; this.#last + secondMs <= now; done += 1) {
      // The first second has something in it. Of those that follow, only the latest are looked at.
      this.#last = done === 1 ? Math.max(this.#last, now - mostSeconds * secondMs) + secondMs : this.#last + secondMs;
      if (this.#last > now) this.#last = now;
      this.#at = this.#last;
      callback();
    }
    this.#at = null;
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#clock.after(delayMs, callback);
  }

  background(delayMs: number, callback: () => void): Timer {
    return this.#clock.background(delayMs, callback);
  }

  /** There is one at most, and it is called every second. */
  every(_periodMs: number, callback: () => void): Timer {
    this.#everySecond = callback;
    this.#last = this.#clock.now();
    return {
      clear: () => {
        this.#everySecond = null;
      },
    };
  }

  soon(callback: () => void): void {
    this.#clock.soon(callback);
  }
}
