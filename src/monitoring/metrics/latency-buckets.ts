import { bucketOf, highestUs, type LatencyHistogram } from '../latency-histogram.js';

/** Upper ends of the buckets of durations, in ms. */
export const defaultLatencyBucketsMs: readonly number[] = [
  0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 250, 500, 1_000, 2_500, 10_000,
];

/** More would make each scrape long, and Prometheus's store large: a series a bucket for each version. */
const mostBuckets = 50;

const smallestMs = 0.001;
const largestMs = highestUs / 1000;

export const latencyBucketsExpected = `1 to ${mostBuckets} ascending numbers of milliseconds from ${smallestMs} to ${largestMs}`;

/** Whether these can be the upper ends of buckets, in ms. */
export function areLatencyBuckets(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostBuckets) return false;
  return value.every(
    (bound: unknown, index) =>
      typeof bound === 'number' &&
      bound >= smallestMs &&
      bound <= largestMs &&
      (index === 0 || bound > Number(value[index - 1])),
  );
}

/** Reads histograms of durations into buckets. Nothing is recorded for it: a histogram has finer buckets than these. */
export class LatencyBuckets {
  /** Upper ends, in seconds. */
  readonly boundsSeconds: readonly number[];
  readonly #ends: Int32Array;
  readonly #counts: Float64Array;

  /** @param boundsMs that `areLatencyBuckets` takes. */
  constructor(boundsMs: readonly number[]) {
    this.boundsSeconds = boundsMs.map((bound) => bound / 1000);
    this.#ends = Int32Array.from(boundsMs, (bound) => bucketOf(Math.round(bound * 1000)));
    this.#counts = new Float64Array(boundsMs.length);
  }

  /** @param each calls the function that it is given with each histogram of the distribution. */
  read(each: (add: (histogram: LatencyHistogram) => void) => void): {
    counts: readonly number[];
    count: number;
    sum: number;
  } {
    this.#counts.fill(0);
    let count = 0;
    let sumMs = 0;
    each((histogram) => {
      histogram.addCountsUpTo(this.#ends, this.#counts);
      count += histogram.count;
      sumMs += histogram.sumMs;
    });
    return { counts: [...this.#counts], count, sum: sumMs / 1000 };
  }
}
