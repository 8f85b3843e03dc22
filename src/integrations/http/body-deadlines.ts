import type { Clock } from '../../host/clock.js';
import { Slots } from '../../host/slots.js';

/** A body that is being read. */
export interface Reading {
  readonly dueAt: number;
  readonly onLate: () => void;
  readonly slot: number;
}

/** Watches that bodies arrive in time, with one timer for all of them. */
export class BodyDeadlines {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #readings = new Slots<Reading>();
  #isArmed = false;

  constructor(timeoutMs: number, clock: Clock) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** @param onLate is called once where `end` is not called in time. */
  begin(onLate: () => void): Reading {
    const reading = { dueAt: this.#clock.now() + this.timeoutMs, onLate, slot: 0 };
    reading.slot = this.#readings.add(reading);
    if (!this.#isArmed) this.#arm(this.timeoutMs);
    return reading;
  }

  /** To be called once the body is there, or given up. */
  end(reading: Reading): void {
    this.#readings.delete(reading.slot, reading);
  }

  #arm(delayMs: number): void {
    this.#isArmed = true;
    this.#clock.background(delayMs, () => this.#look());
  }

  #look(): void {
    this.#isArmed = false;
    const now = this.#clock.now();
    let nextAt = Number.POSITIVE_INFINITY;
    for (const reading of this.#readings.members()) {
      if (reading.dueAt > now) {
        nextAt = Math.min(nextAt, reading.dueAt);
      } else {
        this.end(reading);
        reading.onLate();
      }
    }
    // A body that has begun meanwhile may have armed it.
    if (nextAt < Number.POSITIVE_INFINITY && !this.#isArmed) this.#arm(Math.max(nextAt - now, 1));
  }
}
