import { expect, test } from 'vitest';
import { gridOf, nameOf } from '../../../bench/scenarios/fixed-setting.js';
import { bestAt } from '../../../bench/scenarios/policy-sweep.js';
import { fullSettings } from '../../../bench/settings.js';

const tried = [
  { setting: { maxBatchSize: 1, maxQueueDelayMs: 0 }, p99s: [3, null] },
  { setting: { maxBatchSize: 8, maxQueueDelayMs: 0 }, p99s: [1, null] },
  { setting: { maxBatchSize: 32, maxQueueDelayMs: 5 }, p99s: [2, 9] },
];

test('the grid is each batch size with each delay', () => {
  const grid = gridOf({ ...fullSettings('m').policy, batchSizes: [1, 8], delaysMs: [0, 0.5] });
  expect(grid.map(nameOf)).toEqual(['1 / 0 ms', '1 / 0.5 ms', '8 / 0 ms', '8 / 0.5 ms']);
});

test('the best settings of a load are those with the lowest P99 there', () => {
  expect(bestAt(tried, 0, 2).map(nameOf)).toEqual(['8 / 0 ms', '32 / 5 ms']);
});

test('a setting that could not keep up is never the best', () => {
  expect(bestAt(tried, 1, 3).map(nameOf)).toEqual(['32 / 5 ms']);
});
