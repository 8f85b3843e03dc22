import { bucketOf, highestUs, type LatencyHistogram } from '../latency-histogram.js';

/** Upper bounds of the latency buckets, in ms. */
export const defaultLatencyBucketsMs: readonly number[] = [
  0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 250, 500, 1_000, 2_500, 10_000,
];

/** With more buckets, each scrape would be long and Prometheus's storage large: there is one series per bucket and version. */
const mostBuckets = 50;

const smallestMs = 0.001;
const largestMs = highestUs / 1000;

export const latencyBucketsExpected = `1 to ${mostBuckets} ascending numbers of milliseconds from ${smallestMs} to ${largestMs}`;

/** Whether these can be upper bounds of buckets, in ms. */
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

/** Converts histograms of durations into buckets. This needs no extra recording, because the histogram has finer buckets. */
export class LatencyBuckets {
  /** Upper bounds, in seconds. */
  readonly boundsSeconds: readonly number[];
  readonly #ends: Int32Array;
  readonly #counts: Float64Array;

  /** @param boundsMs bounds that `areLatencyBuckets` accepts. */
  constructor(boundsMs: readonly number[]) {
    this.boundsSeconds = boundsMs.map((bound) => bound / 1000);
    this.#ends = Int32Array.from(boundsMs, (bound) => bucketOf(Math.round(bound * 1000)));
    this.#counts = new Float64Array(boundsMs.length);
  }

  /** @param each calls its argument with each histogram of the distribution. */
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
