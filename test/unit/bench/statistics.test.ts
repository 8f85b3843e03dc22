import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differencesOf, figureOf, median, ratiosOf } from '../../../bench/statistics.js';

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
});

test('a figure keeps the runs in order, with their median and their ends', () => {
  expect(figureOf([3, 1, 2])).toEqual({ median: 2, lowest: 1, highest: 3, values: [3, 1, 2] });
});

test('a figure is written with five digits', () => {
  expect(figureOf([123_456.789, 0.000_123_456]).values).toEqual([123_460, 0.000_123_46]);
});

test('no figure is made from no values, or from values that are not numbers', () => {
  expect(() => figureOf([])).toThrow(RangeError);
  expect(() => figureOf([1, Number.NaN])).toThrow(RangeError);
});

test("a figure's median lies between its ends", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const figure = figureOf(values);
      expect(figure.lowest).toBeLessThanOrEqual(figure.median);
      expect(figure.median).toBeLessThanOrEqual(figure.highest);
    }),
  );
});

test('ratios and differences are those of the same round', () => {
  expect(ratiosOf([2, 9], [1, 3])).toEqual([2, 3]);
  expect(differencesOf([2, 9], [1, 3])).toEqual([1, 6]);
});
