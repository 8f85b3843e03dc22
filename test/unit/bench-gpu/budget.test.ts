import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allot, type Plan, patienceSeconds, TimeLeft } from '../../../bench/gpu/budget.js';

const plans: readonly Plan[] = [
  { plannedSeconds: 10, leastSeconds: 4 },
  { plannedSeconds: 30, leastSeconds: 8 },
];

test('if there is enough time, each part takes as long as planned', () => {
  expect(allot(plans, 40)).toBe(10);
  expect(allot(plans, 4_000)).toBe(10);
});

test('if there is less time, the longest part is shortened first', () => {
  expect(allot(plans, 25)).toBe(10);
  expect(allot(plans.slice(1), 15)).toBe(15);
});

test('if there is even less, all shortened parts get the same time', () => {
  expect(allot(plans, 18)).toBe(9);
  expect(allot([{ plannedSeconds: 2, leastSeconds: 0 }, ...plans], 12)).toBe(2);
  expect(allot([...plans, { plannedSeconds: 2, leastSeconds: 0 }], 12)).toBe(5);
});

test('a part that could measure nothing in its time is left out, and its time goes to the others', () => {
  expect(allot(plans, 6)).toBeNull();
  expect(allot(plans.slice(1), 12)).toBe(12);
});

test('nothing is run if the time is over, or no part is left', () => {
  expect(allot([{ plannedSeconds: 10, leastSeconds: 0 }], 0)).toBeNull();
  expect(allot([], 100)).toBeNull();
});

test('parts that keep to what they were allotted end in time, whatever was planned', () => {
  const seconds = fc.double({ min: 0.1, max: 500, noNaN: true });
  const plan = fc.record({ plannedSeconds: seconds, leastSeconds: fc.constant(0) });
  fc.assert(
    fc.property(fc.array(plan, { maxLength: 12 }), seconds, (all, budget) => {
      let left = budget;
      for (let index = 0; index < all.length; index += 1) left -= allot(all.slice(index), left) ?? 0;
      expect(left).toBeGreaterThan(-1e-6);
    }),
  );
});

test('a hung process is ended before it takes all the time', () => {
  expect(patienceSeconds(10, 400)).toBe(30);
  expect(patienceSeconds(300, 310)).toBe(310);
  expect(patienceSeconds(10, -3)).toBe(1);
});

test('a slice takes its share of the time that is left, and not more than is useful', () => {
  let now = 0;
  const timeLeft = new TimeLeft(10, () => now);
  expect(timeLeft.sliceMs(5, 60_000)).toBe(2_000);
  expect(timeLeft.sliceMs(5, 1_500)).toBe(1_500);
  now = 9_000;
  expect(timeLeft.sliceMs(4, 1_500)).toBe(250);
});

test('a slice is never nothing, even when the time is over', () => {
  let now = 0;
  const timeLeft = new TimeLeft(1, () => now);
  now = 5_000;
  expect(timeLeft.ms).toBe(0);
  expect(timeLeft.sliceMs(4, 1_500)).toBe(50);
});
