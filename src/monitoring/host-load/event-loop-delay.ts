import type { Clock, Timer } from '../../host/clock.js';
import { LatencyHistogram } from '../latency-histogram.js';

/** How often a timer is due whose delay is measured. A finer one would wake an idle process more often. */
const periodMs = 20;

/** What the window looks back on. */
export const windowMs = 10_000;

const samples = windowMs / periodMs;

/**
 * How late the event loop is: the delay of a timer, seen since the first start and over a window of 10 seconds. `monitorEventLoopDelay` of
 * Node.js measures the same way, but adds its period to each value and knows no window.
 */
export class EventLoopDelay {
  readonly #clock: Clock;
  readonly sinceStart = new LatencyHistogram();
  /** The latest delays and when each was seen, in ms: a ring. */
  readonly #delays = new Float64Array(samples);
  readonly #seenAt = new Float64Array(samples).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #timer: Timer | null = null;
  /** When the timer fired last, on the monotonic clock. */
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

  /** Over the window; null without a sample. */
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
