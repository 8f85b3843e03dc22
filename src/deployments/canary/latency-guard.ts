import type { LatencyHistogram } from '../../monitoring/latency-histogram.js';
import type { Readings } from './evidence.js';
import type { Breach } from './verdict.js';

/** Windows running that must agree. */
export const windowsRunning = 3;

const percentile = 95;

/**
 * Where the machine stalls, every request waits, and the 95th percentiles of a slow and a fast version become alike. The medians still
 * differ. A canary that is within the limit by the one and not by the other is looked at for so many windows more.
 */
const doubtfulWindows = 10;

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
  /** The same of the medians. */
  #medianRatios: number[] = [];
  /** Windows that were within the limit by the 95th percentile alone. */
  #doubtful = 0;

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
    const slow = readings.canary.latency.since(canary.latency);
    const fast = readings.primary.latency.since(primary.latency);
    const [ratio, medianRatio] = [ratioOf(slow, fast, percentile), ratioOf(slow, fast, 50)];
    this.#ratios = [...this.#ratios.slice(1 - windowsRunning), ratio];
    this.#medianRatios = [...this.#medianRatios.slice(1 - windowsRunning), medianRatio];
    if (ratio <= this.#limit && medianRatio > this.#limit) this.#doubtful += 1;
    this.#start = readings;
  }

  /** Whether there were enough windows. */
  get isComplete(): boolean {
    return this.#ratios.length === windowsRunning;
  }

  /** Whether the last windows are all within the limit. */
  get isWithin(): boolean {
    const areWithin = (ratios: readonly number[]): boolean => ratios.every((ratio) => ratio <= this.#limit);
    if (!this.isComplete || !areWithin(this.#ratios)) return false;
    return areWithin(this.#medianRatios) || this.#doubtful > doubtfulWindows;
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

function ratioOf(canary: LatencyHistogram, primary: LatencyHistogram, percentile: number): number {
  const [slow, fast] = [canary.percentile(percentile) ?? 0, primary.percentile(percentile) ?? 0];
  return slow - fast < leastDifferenceMs ? 1 : slow / fast;
}
