import { describe, expect, it } from 'vitest';
import type { FeatureBuffers } from '../../../workers/serving/feature-buffers.js';
import { BufferPool } from '../../../workers/serving/feature-buffers.js';

const inputs = [{ name: 'x', size: 1, mean: [1], std: [1] }];
const columns = {
  areas: 1,
  rows: 8,
  rowSize: 1,
  features: new SharedArrayBuffer(0),
  outputs: new SharedArrayBuffer(0),
};

describe("a worker's input buffers", () => {
  it('are a set for each task it may have in hand, all in one memory', () => {
    const pool = new BufferPool({ inputs, columns });
    const [first, second] = [pool.take(), pool.take()];
    expect(() => pool.take()).toThrow('more than 2 tasks are in hand');
    pool.giveBack(first);
    expect(pool.take()).toBe(first);
    expect(first.inputs[0]?.buffer).toBe(second.inputs[0]?.buffer);
  });

  it('do not overlap', () => {
    const pool = new BufferPool({ inputs, columns });
    const [first, second] = [pool.take(), pool.take()];
    const places = Int32Array.from({ length: 8 }, () => 0);
    first.gather(Float32Array.of(10), places);
    second.gather(Float32Array.of(-10), places);
    const values = ({ inputs: [x] }: FeatureBuffers) => [...(x ?? [])];
    expect(values(first)).toEqual(new Array(8).fill(Math.fround(9 / (1 + 1e-8))));
    expect(values(second)).toEqual(new Array(8).fill(Math.fround(-11 / (1 + 1e-8))));
  });
});
