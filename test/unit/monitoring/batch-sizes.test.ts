import { expect, it } from 'vitest';
import { BatchSizes, batchSizeBounds } from '../../../src/monitoring/batch-sizes.js';

it('counts each batch in the smallest bucket that is large enough for it', () => {
  const sizes = new BatchSizes();
  for (const rows of [1, 2, 3, 4, 5, 256, 257, 65_536]) sizes.record(rows);
  const filled = batchSizeBounds.flatMap((bound, index) => Array(sizes.counts[index]).fill(bound));
  expect(filled).toEqual([1, 2, 4, 4, 8, 256, 512, 65_536]);
  expect([sizes.batches, sizes.rows]).toEqual([8, 66_064]);
});

it('adds up two of them', () => {
  const [one, two] = [new BatchSizes(), new BatchSizes()];
  one.record(3);
  two.record(4);
  one.add(two);
  expect([one.batches, one.rows, one.counts[2]]).toEqual([2, 7, 2]);
});
