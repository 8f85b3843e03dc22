import { describe, expect, it } from 'vitest';
import { Router } from '../../../../src/deployments/routing.js';
import { bucketCount, bucketOf } from '../../../../src/monitoring/comparison/key-buckets.js';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';

/** χ² of the counts by bucket, less its mean, in its standard deviations. */
function unevenness(places: Iterable<number>): number {
  const counts = new Float64Array(bucketCount);
  let total = 0;
  for (const place of places) {
    const bucket = bucketOf(place);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    total += 1;
  }
  // A bucket that is none of them would be lost.
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
  const mean = total / bucketCount;
  const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  return (chiSquare - (bucketCount - 1)) / Math.sqrt(2 * (bucketCount - 1));
}

function* placesWithin(low: number, high: number): Generator<number> {
  const router = new Router('visa-fraud');
  for (let key = 0, found = 0; found < 50_000; key += 1) {
    const place = router.place(`customer-${key}`);
    if (place < low || place >= high) continue;
    found += 1;
    yield place;
  }
}

describe('bucketOf', () => {
  it.each([
    ['all traffic', 0, 1],
    ['a first challenger of 5 %', 0, 0.05],
    ['a second challenger of 5 %', 0.95, 1],
    ['the primary between them', 0.05, 0.95],
  ])('spreads the keys of each arm evenly over all buckets: %s', (_, low, high) => {
    expect(Math.abs(unevenness(placesWithin(low, high)))).toBeLessThan(4);
  });

  it('spreads random places, which are no multiples of 2^-32', () => {
    const uniform = seededUniform(14);
    const places = Array.from({ length: 50_000 }, () => uniform() * 0.05);
    expect(Math.abs(unevenness(places))).toBeLessThan(4);
  });
});
