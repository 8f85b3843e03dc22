import { bucketOfMs, type LatencyHistogram, topOfBucket } from './latency-histogram.js';

/**
 * A percentile of several histograms together. It does not add them up, but goes through the buckets from the highest down to the
 * percentile. The result is the same as `percentile` of their sum.
 *
 * @param percentile in [0, 100]. @param maxMs the highest value in any of them. @returns ms, or null without samples.
 */
export function percentileOf(
  histograms: readonly LatencyHistogram[],
  percentile: number,
  maxMs: number,
): number | null {
  const filled = histograms.filter(({ count }) => count > 0);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const counts = filled.map((histogram) => histogram.counts);
  // Rounded up, but ignoring the error of the floating-point multiplication.
  const wanted = (percentile / 100) * total;
  const atLeast = Math.max(1, Math.ceil(wanted - wanted * Number.EPSILON));
  let above = 0;
  for (let bucket = bucketOfMs(maxMs); bucket > 0; bucket -= 1) {
    for (const ofBuckets of counts) above += ofBuckets[bucket] as number;
    // The upper bound of a bucket may be above the highest value recorded in it.
    if (above > total - atLeast) return Math.min(topOfBucket(bucket) / 1000, maxMs);
  }
  return 0;
}
