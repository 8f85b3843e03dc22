import { expect, test } from 'vitest';
import { riseInAll, type Sample, windowMedians } from '../../../bench/trend.js';

function everySecond(count: number, valueAt: (second: number) => number): Sample[] {
  return Array.from({ length: count }, (_, index) => ({ seconds: index + 1, value: valueAt(index + 1) }));
}

test('a window is the median of its samples, so that one outlier does not move it', () => {
  const samples = everySecond(60, (second) => (second === 10 ? 1e6 : 5));
  expect(windowMedians(samples, 30)).toEqual([
    { seconds: 15, value: 5 },
    { seconds: 45, value: 5 },
  ]);
});

test('an unfinished window is left out', () => {
  expect(
    windowMedians(
      everySecond(75, () => 1),
      30,
    ),
  ).toHaveLength(2);
});

test('the rise is that of the straight line from the first to the last, as a share of its beginning', () => {
  const samples = [100, 110, 120].map((value, index) => ({ seconds: 10 * index, value }));
  expect(riseInAll(samples)).toBeCloseTo(0.2);
});

test('values that rise and fall again are not a rise', () => {
  const samples = [100, 120, 120, 100].map((value, index) => ({ seconds: index, value }));
  expect(riseInAll(samples)).toBeCloseTo(0);
});

test('a single sample has no slope', () => {
  expect(riseInAll([{ seconds: 1, value: 1 }])).toBeNull();
});
