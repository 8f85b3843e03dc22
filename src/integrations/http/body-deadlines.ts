import type { Clock } from '../../host/clock.js';

/** A body that is being read. */
interface Reading {
  readonly dueAt: number;
  readonly onLate: () => void;
}

/** Watches that bodies arrive in time, with one timer for all of them: all have the same time, so that the oldest is due first. */
export class BodyDeadlines {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #readings = new Set<Reading>();
  #isArmed = false;

  constructor(timeoutMs: number, clock: Clock) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** @param onLate is called once where `end` is not called in time. */
  begin(onLate: () => void): Reading {
    const reading = { dueAt: this.#clock.now() + this.timeoutMs, onLate };
    this.#readings.add(reading);
    if (!this.#isArmed) this.#arm(this.timeoutMs);
    return reading;
  }

  end(reading: Reading): void {
    this.#readings.delete(reading);
  }

  #arm(delayMs: number): void {
    this.#isArmed = true;
    this.#clock.background(delayMs, () => this.#look());
  }

  #look(): void {
    this.#isArmed = false;
    const now = this.#clock.now();
    for (const reading of this.#readings) {
      if (reading.dueAt > now) {
        this.#arm(Math.max(reading.dueAt - now, 1));
        return;
      }
      this.#readings.delete(reading);
      reading.onLate();
    }
  }
}
