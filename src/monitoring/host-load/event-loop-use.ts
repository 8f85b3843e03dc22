import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../../host/clock.js';
import { windowMs } from './event-loop-delay.js';

const periodMs = 1_000;

// Captured now, because fake timers replace the functions of `performance`.
const measure: (earlier?: EventLoopUtilization) => EventLoopUtilization =
  performance.eventLoopUtilization.bind(performance);

/** The share of the last seconds in which the event loop was busy. */
export class EventLoopUse {
  readonly #clock: Clock;
  /** One reading per second, the oldest first. */
  readonly #readings: EventLoopUtilization[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#readings.length = 0;
    this.#look();
    this.#timer = this.#clock.every(periodMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = null;
  }

  /** In [0, 1]; null before there are two readings. */
  recent(): number | null {
    const [oldest] = this.#readings;
    if (oldest === undefined) return null;
    const { active, idle, utilization } = measure(oldest);
    return active + idle > 0 ? utilization : null;
  }

  #look(): void {
    this.#readings.push(measure());
    if (this.#readings.length > windowMs / periodMs) this.#readings.shift();
  }
}
