import { describe, expect, it } from 'vitest';
import { MemoryPool, memoryLayoutOf } from '../../../src/deployments/memory-pool.js';

const memory = () => ({
  rows: new SharedArrayBuffer(8),
  areas: new SharedArrayBuffer(8),
  attention: new SharedArrayBuffer(8),
});

describe('The memory of versions that have gone', () => {
  it('goes to one version with the same layout, and to no other', () => {
    const pool = new MemoryPool();
    const kept = memory();
    pool.keep('a', kept);
    expect(pool.take('b')).toBeNull();
    expect(pool.take('a')).toBe(kept);
    expect(pool.take('a')).toBeNull();
  });

  it('is that of the last version alone', () => {
    const pool = new MemoryPool();
    const last = memory();
    pool.keep('a', memory());
    pool.keep('a', last);
    expect([pool.take('a'), pool.take('a')]).toEqual([last, null]);
  });

  it('has the same layout whatever a version calls its features and normalises them by', () => {
    const one = memoryLayoutOf([{ name: 'x', size: 2, mean: [0, 0], std: [1, 1] }], [10, 2]);
    expect(memoryLayoutOf([{ name: 'y', size: 2, mean: [1, 1], std: [2, 2] }], [10, 2])).toBe(one);
    expect(memoryLayoutOf([{ name: 'x', size: 2 }], [10, 3])).not.toBe(one);
    expect(memoryLayoutOf([{ name: 'x', size: 2, type: 'int64' }], [10, 2])).not.toBe(one);
    expect(
      memoryLayoutOf(
        [
          { name: 'x', size: 1 },
          { name: 'y', size: 1 },
        ],
        [10, 2],
      ),
    ).not.toBe(one);
  });

  it('has another layout where its texts are others', () => {
    const inputs = (...texts: string[]) => [{ name: 'x', size: 1, type: 'string' as const, categories: [texts] }];
    const one = memoryLayoutOf(inputs('a', 'b'), [10]);
    expect(memoryLayoutOf(inputs('a', 'b'), [10])).toBe(one);
    expect(memoryLayoutOf(inputs('a', 'b', 'c'), [10])).not.toBe(one);
  });
});
