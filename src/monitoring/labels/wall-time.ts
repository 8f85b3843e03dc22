import type { Clock } from '../../host/clock.js';
import { dayOf } from './label-days.js';

/** The time from which days and ages of decisions are computed. */
export class WallTime {
  readonly #clock: Clock;
  /** The same moment on both clocks. */
  readonly #start: { now: number; epochMs: number };
  /** The wall clock minus the monotonic clock, at the last reading. */
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = { now: clock.now(), epochMs: clock.epochMs() };
    this.#offsetMs = this.#start.epochMs - this.#start.now;
  }

  /**
   * Reads the wall clock, which may be corrected at any time. Called every second, because reading it for each label would take longer.
   */
  look(): void {
    this.#offsetMs = this.#clock.epochMs() - this.#clock.now();
  }

  /** The UTC day of a time on the monotonic clock. Reading the wall clock too would cost more for each request. */
  dayAt(now: number): number {
    return dayOf(now + this.#offsetMs);
  }

  /**
   * A time on the monotonic clock, in milliseconds since the epoch. It is always the same for the same time, whatever has become of the wall
   * clock meanwhile.
   */
  epochMsOf(now: number): number {
    return this.#start.epochMs + (now - this.#start.now);
  }

  /** The UTC day of a decision that the host reports; today for a time in the future. */
  dayOfTold(epochMs: number): number {
    return Math.min(dayOf(epochMs), this.dayAt(this.#clock.now()));
  }

  /**
   * How long ago a time of the wall clock was; 0 for the future. The wall clock may have jumped since the start, or be wrong for a moment.
   * So the current time is computed in two ways, and the earlier one counts. Keeping a decision for too long does no harm.
   */
  ageMs(epochMs: number): number {
    const sinceStartMs = this.#clock.now() - this.#start.now;
    const nowEpochMs = Math.min(this.#clock.epochMs(), this.#start.epochMs + sinceStartMs);
    return Math.max(nowEpochMs - epochMs, 0);
  }
}
