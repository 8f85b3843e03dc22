import { expect, test } from 'vitest';
import { type Collection, garbageOf, watchGarbage } from '../../../bench/against/garbage.js';

/** A heap of so many bytes in the young generation and in the old one. */
function heap(young: number, old: number): Collection['beforeGC'] {
  return {
    heapStatistics: { usedHeapSize: young + old },
    heapSpaceStatistics: [
      { spaceName: 'new_space', spaceUsedSize: young },
      { spaceName: 'old_space', spaceUsedSize: old },
    ],
  };
}

test('bytes are allocated between collections, and promoted where a scavenge makes the old generation grow', () => {
  const collections: Collection[] = [
    { gcType: 'Scavenge', beforeGC: heap(100, 50), afterGC: heap(10, 70) },
    { gcType: 'Scavenge', beforeGC: heap(90, 70), afterGC: heap(10, 75) },
  ];
  // 150 − 120, then 160 − 80, then 100 − 85.
  expect(garbageOf(collections, 120, 100)).toEqual({ allocatedBytes: 125, promotedBytes: 25, collections: 2 });
});

test('growth of the old generation in a mark-compact is not promotion by a scavenge', () => {
  const collections: Collection[] = [{ gcType: 'MarkSweepCompact', beforeGC: heap(10, 100), afterGC: heap(0, 105) }];
  expect(garbageOf(collections, 110, 105)).toEqual({ allocatedBytes: 0, promotedBytes: 0, collections: 1 });
});

test('without a collection, all growth counts as allocated', () => {
  expect(garbageOf([], 100, 130)).toEqual({ allocatedBytes: 30, promotedBytes: 0, collections: 0 });
});

test('the bytes of known objects are found in the heap of this thread', async () => {
  const kept: Float64Array[] = [];
  const objects = 200_000;
  const { allocatedBytes } = await watchGarbage(async () => {
    for (let index = 0; index < objects; index += 1) kept[index % 64] = new Float64Array(4);
  });
  // Each has 32 bytes of values at least, and no more than a few hundred with its header and buffer.
  expect(allocatedBytes / objects).toBeGreaterThan(32);
  expect(allocatedBytes / objects).toBeLessThan(500);
});
