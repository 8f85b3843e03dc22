import type { Clock } from '../../host/clock.js';
import { dayOf } from './label-days.js';

/** What days and ages of decisions are taken from. */
export class WallTime {
  readonly #clock: Clock;
  /** The same moment on both clocks. */
  readonly #start: { now: number; epochMs: number };
  /** The wall clock less the monotonic one, as seen last. */
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = { now: clock.now(), epochMs: clock.epochMs() };
    this.#offsetMs = this.#start.epochMs - this.#start.now;
  }

  /** Looks at the wall clock, which may be corrected at any time. Called every second: reading it for each label would take longer. */
  look(): void {
    this.#offsetMs = this.#clock.epochMs() - this.#clock.now();
  }

  /** The UTC day of a time of the monotonic clock: reading the wall clock too would cost each request more. */
  dayAt(now: number): number {
    return dayOf(now + this.#offsetMs);
  }

  /** The UTC day of a decision that the host tells of; today for one in the future. */
  dayOfTold(epochMs: number): number {
    return Math.min(dayOf(epochMs), this.dayAt(this.#clock.now()));
  }

  /**
   * How long ago a time of the wall clock was; 0 for one in the future. The wall clock may have jumped since the start, or be wrong for
   * a moment. So the present time is taken in two ways, and the earlier one counts: keeping a decision for too long does no harm.
   */
  ageMs(epochMs: number): number {
    const sinceStartMs = this.#clock.now() - this.#start.now;
    const nowEpochMs = Math.min(this.#clock.epochMs(), this.#start.epochMs + sinceStartMs);
    return Math.max(nowEpochMs - epochMs, 0);
  }
}
