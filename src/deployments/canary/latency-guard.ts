import type { LatencyHistogram } from '../../monitoring/latency-histogram.js';
import type { Readings } from './evidence.js';
import type { Breach } from './verdict.js';

/** Windows running that must agree. */
export const windowsRunning = 3;

const percentile = 95;

/** A window lasts at least so long. */
const minWindowMs = 1_000;

/** Percentiles closer than this count as equal: so much comes from the scheduling of threads alone. */
const leastDifferenceMs = 0.5;

/** Compares the 95th percentiles of latency in windows: each lasts at least a second and has enough requests of both versions. */
export class LatencyGuard {
  readonly #limit: number;
  readonly #minRequests: number;
  /** The beginning of the window in progress. */
  #start: Readings;
  /** The ratios of the last windows, the oldest first. */
  #ratios: number[] = [];

  /** @param limit the highest ratio that is allowed. @param minRequests answers of each version that a window has at least. */
  constructor(limit: number, minRequests: number, start: Readings) {
    this.#limit = limit;
    this.#minRequests = minRequests;
    this.#start = start;
  }

  /** Ends a window, where it is long enough. */
  look(readings: Readings): void {
    const { now, canary, primary } = this.#start;
    if (readings.now - now < minWindowMs) return;
    if (readings.canary.latency.count - canary.latency.count < this.#minRequests) return;
    if (readings.primary.latency.count - primary.latency.count < this.#minRequests) return;
    const ratio = ratioOf(
      readings.canary.latency.since(canary.latency),
      readings.primary.latency.since(primary.latency),
    );
    this.#ratios = [...this.#ratios.slice(1 - windowsRunning), ratio];
    this.#start = readings;
  }

  /** Whether there were enough windows. */
  get isComplete(): boolean {
    return this.#ratios.length === windowsRunning;
  }

  /** Whether the last windows are all within the limit. */
  get isWithin(): boolean {
    return this.isComplete && this.#ratios.every((ratio) => ratio <= this.#limit);
  }

  get breach(): Breach | null {
    if (!this.isComplete || this.#ratios.some((ratio) => ratio <= this.#limit)) return null;
    const seen = Math.min(...this.#ratios);
    const reason =
      `its 95th percentile of latency was ${Number(seen.toPrecision(3))} times the primary's or more in ${windowsRunning} windows running; ` +
      `at most ${this.#limit} times is allowed`;
    return { guard: 'maxLatencyRatio', seen, allowed: this.#limit, reason };
  }
}

function ratioOf(canary: LatencyHistogram, primary: LatencyHistogram): number {
  const [slow, fast] = [canary.percentile(percentile) ?? 0, primary.percentile(percentile) ?? 0];
  return slow - fast < leastDifferenceMs ? 1 : slow / fast;
}
