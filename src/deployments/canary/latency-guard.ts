import type { LatencyHistogram } from '../../monitoring/latency-histogram.js';
import type { Readings } from './evidence.js';
import type { Breach } from './verdict.js';

/** This many windows in a row must agree. */
export const windowsRunning = 3;

const percentile = 95;

/**
 * If the machine stalls, every request waits. Then the 95th percentiles of a slow and a fast version become similar, but the medians still
 * differ. If only one of the two is within the limit, this many more windows are checked.
 */
const doubtfulWindows = 10;

/** The shortest duration of a window. */
const minWindowMs = 1_000;

/** Percentiles that differ by less than this count as equal. Thread scheduling alone causes such differences. */
const leastDifferenceMs = 0.5;

/** Compares the 95th percentiles of latency in windows. Each window lasts at least a second and has enough requests of both versions. */
export class LatencyGuard {
  readonly #limit: number;
  readonly #minRequests: number;
  /** The readings at the start of the current window. */
  #start: Readings;
  /** The ratios of the last windows, the oldest first. */
  #ratios: number[] = [];
  /** The ratios of the medians. */
  #medianRatios: number[] = [];
  /** The number of windows in which only the 95th percentile was within the limit. */
  #doubtful = 0;

  /** @param limit the highest allowed ratio. @param minRequests the least number of answers of each version in a window. */
  constructor(limit: number, minRequests: number, start: Readings) {
    this.#limit = limit;
    this.#minRequests = minRequests;
    this.#start = start;
  }

  /** Ends the current window if it is long enough. */
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

  /** Whether all of the last windows are within the limit. */
  get isWithin(): boolean {
    const areWithin = (ratios: readonly number[]): boolean => ratios.every((ratio) => ratio <= this.#limit);
    if (!this.isComplete || !areWithin(this.#ratios)) return false;
    return areWithin(this.#medianRatios) || this.#doubtful > doubtfulWindows;
  }

  get breach(): Breach | null {
    if (!this.isComplete || this.#ratios.some((ratio) => ratio <= this.#limit)) return null;
    const seen = Math.min(...this.#ratios);
    const reason =
      `its 95th percentile of latency was ${Number(seen.toPrecision(3))} times the primary's or more in ${windowsRunning} windows in a row; ` +
      `at most ${this.#limit} times is allowed`;
    return { guard: 'maxLatencyRatio', seen, allowed: this.#limit, reason };
  }
}

function ratioOf(canary: LatencyHistogram, primary: LatencyHistogram, percentile: number): number {
  const [slow, fast] = [canary.percentile(percentile) ?? 0, primary.percentile(percentile) ?? 0];
  return slow - fast < leastDifferenceMs ? 1 : slow / fast;
}
