import { Float64Histogram } from 'hdr-histogram-js';
import type { LatencySummary } from '../api/summary.js';

/** Higher values are counted as this much: 100 s. */
export const highestUs = 100_000_000;

/** Computes the percentiles of all histograms. Each fills it with its own counts first. */
const reader = new Float64Histogram(1, highestUs, 2);

/** Each power of two of microseconds is divided into 2^halfBits buckets. */
const halfBits = reader.subBucketHalfCountMagnitude;

const sum = 0;
const max = 1;

/**
 * A distribution of durations in microseconds, with the buckets of an HDR histogram. Percentiles are within 1%; mean and maximum are exact.
 * It counts into a plain array, and hdr-histogram-js computes the percentiles. Recording with hdr-histogram-js itself takes ten times as
 * long in JavaScript (138 ns instead of 13), and its WebAssembly form reserves up to 10 GB of address space.
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array(reader.countsArrayLength);
  #count = 0;
  /** The sum and the maximum, in ms. In an array, because a field that holds a fraction allocates memory each time it is written. */
  readonly #ms = new Float64Array(2);

  /** The number of buckets of every histogram. */
  static get buckets(): number {
    return reader.countsArrayLength;
  }

  /**
   * A histogram with known counts, for example from another process.
   *
   * @param buckets counts by bucket, each at least 1. @returns null if no values can have these counts, this sum and this maximum.
   */
  static from(
    buckets: Iterable<readonly [bucket: number, count: number]>,
    sumMs: number,
    maxMs: number,
  ): LatencyHistogram | null {
    const made = new LatencyHistogram();
    for (const [bucket, count] of buckets) {
      if (!(bucket >= 0 && bucket < made.#counts.length && count > 0)) return null;
      made.#counts[bucket] = count;
      made.#count += count;
    }
    if (!(Number.isSafeInteger(made.#count) && Number.isFinite(sumMs) && maxMs >= 0 && Number.isFinite(maxMs)))
      return null;
    if (made.#count === 0 && (sumMs !== 0 || maxMs !== 0)) return null;
    made.#ms[sum] = sumMs;
    made.#ms[max] = maxMs;
    return made;
  }

  get count(): number {
    return this.#count;
  }

  /** @param count how often it was seen. */
  record(durationMs: number, count = 1): void {
    const bucket = bucketOfMs(durationMs);
    this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    this.#count += count;
    this.#ms[sum] = (this.#ms[sum] as number) + durationMs * count;
    if (durationMs > (this.#ms[max] as number)) this.#ms[max] = durationMs;
  }

  /** The sum of all values, in ms. */
  get sumMs(): number {
    return this.#ms[sum] as number;
  }

  /**
   * Adds the number of values up to each bound and above the previous bound.
   *
   * @param ends the bounds in ascending order, as indices of `bucketOf`. They are accurate to 1 % of the bound.
   */
  addCountsUpTo(ends: Int32Array, counts: Float64Array): void {
    if (this.#count === 0) return;
    const own = this.#counts;
    // The bucket with the maximum may have been rounded up.
    const last = Math.min(bucketOf(Math.min((this.#ms[max] as number) * 1000, highestUs)) + 1, own.length - 1);
    let bucket = 0;
    for (let bound = 0; bound < ends.length && bucket <= last; bound += 1) {
      const end = Math.min(ends[bound] as number, last);
      let seen = 0;
      for (; bucket <= end; bucket += 1) seen += own[bucket] as number;
      counts[bound] = (counts[bound] as number) + seen;
    }
  }

  add(other: LatencyHistogram): void {
    if (other.#count === 0) return;
    const counts = this.#counts;
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      counts[bucket] = (counts[bucket] as number) + (other.#counts[bucket] as number);
    }
    this.#count += other.#count;
    this.#ms[sum] = (this.#ms[sum] as number) + (other.#ms[sum] as number);
    this.#ms[max] = Math.max(this.#ms[max] as number, other.#ms[max] as number);
  }

  /**
   * The values recorded since an earlier copy of this histogram was made. The maximum is that of all values, because the copy does not tell
   * which part has it.
   */
  since(earlier: LatencyHistogram): LatencyHistogram {
    const recent = new LatencyHistogram();
    const counts = recent.#counts;
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      counts[bucket] = (this.#counts[bucket] as number) - (earlier.#counts[bucket] as number);
    }
    recent.#count = this.#count - earlier.#count;
    recent.#ms[sum] = (this.#ms[sum] as number) - (earlier.#ms[sum] as number);
    recent.#ms[max] = this.#ms[max] as number;
    return recent;
  }

  /** Subtracts values that were added before. The maximum stays that of all values. */
  subtract(other: LatencyHistogram): void {
    if (other.#count === 0) return;
    const counts = this.#counts;
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      counts[bucket] = (counts[bucket] as number) - (other.#counts[bucket] as number);
    }
    this.#count -= other.#count;
    this.#ms[sum] = (this.#ms[sum] as number) - (other.#ms[sum] as number);
  }

  /** In ms; 0 without samples. */
  get maxMs(): number {
    return this.#ms[max] as number;
  }

  /** The number of values in each bucket. Read by others. */
  get counts(): Readonly<Float64Array> {
    return this.#counts;
  }

  reset(): void {
    if (this.#count === 0) return;
    this.#counts.fill(0);
    this.#count = 0;
    this.#ms.fill(0);
  }

  /** @param percentile in [0, 100]. @returns ms, or null without samples. */
  percentile(percentile: number): number | null {
    return this.#percentiles(percentile)[0] ?? null;
  }

  summary(): LatencySummary {
    const hasSample = this.#count > 0;
    const [p50 = null, p95 = null, p99 = null, p999 = null] = this.#percentiles(50, 95, 99, 99.9);
    return {
      mean: hasSample ? (this.#ms[sum] as number) / this.#count : null,
      p50,
      p95,
      p99,
      p999,
      max: hasSample ? (this.#ms[max] as number) : null,
    };
  }

  /** @returns ms each, or an empty list without samples. */
  #percentiles(...percentiles: number[]): number[] {
    if (this.#count === 0) return [];
    const counts = this.#counts;
    for (let bucket = 0; bucket < counts.length; bucket += 1) reader.setCountAtIndex(bucket, counts[bucket] as number);
    reader.setTotalCount(this.#count);
    // The upper bound of a bucket may be above the highest value recorded in it.
    return percentiles.map((percentile) =>
      Math.min(reader.getValueAtPercentile(percentile) / 1000, this.#ms[max] as number),
    );
  }
}

/** The index of the bucket that a duration is counted in. */
export function bucketOfMs(durationMs: number): number {
  const us = durationMs * 1000;
  return us >= highestUs ? bucketOf(highestUs) : us > 0 ? bucketOf((us + 0.5) | 0) : 0;
}

/** @returns the highest value of a bucket, in microseconds. The inverse of `bucketOf`. */
export function topOfBucket(bucket: number): number {
  const power = Math.max((bucket >> halfBits) - 1, 0);
  return (bucket - (power << halfBits) + 1) * 2 ** power - 1;
}

/**
 * The index of the bucket that a value is counted in. The same as hdr-histogram-js's `countsArrayIndex`, but without its logarithms.
 *
 * @param us an integer from 0 to `highestUs`.
 */
export function bucketOf(us: number): number {
  const power = Math.max(31 - halfBits - Math.clz32(us), 0);
  return (power << halfBits) + (us >> power);
}
