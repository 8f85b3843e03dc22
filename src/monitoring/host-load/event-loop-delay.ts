import type { Clock, Timer } from '../../host/clock.js';
import { LatencyHistogram } from '../latency-histogram.js';

/** The period of the timer whose delay is measured. A shorter one would wake an idle process more often. */
const periodMs = 20;

/** The length of the window. */
export const windowMs = 10_000;

const samples = windowMs / periodMs;

/**
 * The delay of the event loop: how late a timer fires, since the first start and over a window of 10 seconds. `monitorEventLoopDelay` of
 * Node.js measures in the same way, but adds its period to each value and has no window.
 */
export class EventLoopDelay {
  readonly #clock: Clock;
  readonly sinceStart = new LatencyHistogram();
  /** The latest delays and their times, in ms, as a ring. */
  readonly #delays = new Float64Array(samples);
  readonly #seenAt = new Float64Array(samples).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #timer: Timer | null = null;
  /** When the timer last fired, on the monotonic clock. */
  readonly #firedAt = new Float64Array(1);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#firedAt[0] = this.#clock.now();
    this.#timer ??= this.#clock.every(periodMs, () => this.#fired());
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = null;
  }

  /** Over the window; null without samples. */
  recent(): { p50: number | null; p99: number | null; max: number | null } {
    const from = this.#clock.now() - windowMs;
    const delays = this.#delays.filter((_, index) => (this.#seenAt[index] as number) > from).sort();
    const at = (share: number): number | null => delays[Math.ceil(share * delays.length) - 1] ?? null;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  #fired(): void {
    const now = this.#clock.now();
    const delay = Math.max(now - (this.#firedAt[0] as number) - periodMs, 0);
    this.#firedAt[0] = now;
    this.sinceStart.record(delay);
    this.#delays[this.#next] = delay;
    this.#seenAt[this.#next] = now;
    this.#next = (this.#next + 1) % samples;
  }
}
