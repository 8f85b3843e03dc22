import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinnedShares } from '../../../../src/monitoring/drift/reference.js';
import { featureNames, RowBins } from '../../../../src/monitoring/drift/row-bins.js';
import { type InputType, rowLayoutOf, rowViewsOf } from '../../../../src/protocol/row-layout.js';

/** Which bin a value of an input of one feature falls into. */
function binOf(type: InputType, shares: BinnedShares, write: (views: ReturnType<typeof rowViewsOf>) => void): number {
  const inputs = [{ name: 'x', size: 1, type }];
  const layout = rowLayoutOf(inputs);
  const memory = new ArrayBuffer(2 * layout.stride * 4);
  const bins = new RowBins({ rows: 100, inputs: { x: [shares] } }, inputs, layout, memory, () => [['DE', 'TR', '?']]);
  write(rowViewsOf(memory));
  const counts = new Uint16Array(bins.bins);
  const totals = new Uint32Array(bins.bins);
  bins.count(0, counts, 0, totals);
  expect([...counts]).toEqual([...totals]);
  expect(totals.reduce((sum, count) => sum + count, 0)).toBe(1);
  return totals.indexOf(1);
}

function numbers(edges: readonly number[]): BinnedShares {
  const shares = new Array<number>(edges.length + 1).fill(1 / (edges.length + 1));
  return { edges, shares };
}

describe('RowBins', () => {
  it('puts every value into the one bin whose edges are about it, and missing ones into the last', () => {
    const edge = fc.float({ noNaN: true, noDefaultInfinity: true });
    const edges = fc.uniqueArray(edge, { minLength: 1, maxLength: 12, selector: (value) => value + 0 });
    fc.assert(
      fc.property(edges, fc.float({ noDefaultInfinity: true }), (unsorted, value) => {
        const sorted = [...unsorted].sort((a, b) => a - b);
        const bin = binOf('float32', numbers(sorted), ({ float32 }) => {
          float32[0] = value;
        });
        if (Number.isNaN(value)) expect(bin).toBe(sorted.length + 1);
        else expect(bin).toBe(sorted.filter((one) => value >= one).length);
      }),
    );
  });

  it('compares a float32 value with what the edge is in float32', () => {
    const bin = binOf('float32', numbers([0.1]), ({ float32 }) => {
      float32[0] = 0.1;
    });
    expect(bin).toBe(1);
  });

  it.each<[InputType, bigint | number, number]>([
    ['int64', -(2n ** 62n), 0],
    ['int64', -1n, 0],
    ['int64', 0n, 1],
    ['int64', 2n ** 40n + 1n, 2],
    ['int64', 2n ** 63n - 1n, 2],
    ['int32', -5, 0],
    ['int32', 7, 1],
    ['bool', 1, 1],
    ['float64', 1e300, 2],
    ['float64', Number.NaN, 3],
    ['float16', Number.NaN, 3],
  ])('reads values of type %s where they lie: %s', (type, value, expected) => {
    const bin = binOf(type, numbers([0, 2 ** 40]), (views) => {
      if (typeof value === 'bigint') views.int64[0] = value;
      else if (type === 'int32') views.int32[0] = value;
      else if (type === 'bool') views.uint8[0] = value;
      else if (type === 'float64') views.float64[0] = value;
      else views.float32[0] = value;
    });
    expect(bin).toBe(expected);
  });

  it('gives texts without a bin of their own the last one', () => {
    const shares = { values: ['TR', 'DE'], shares: [0.5, 0.4], other: 0.1 };
    const bins = [0, 1, 2].map((place) =>
      binOf('string', shares, ({ int32 }) => {
        int32[0] = place;
      }),
    );
    expect(bins).toEqual([1, 0, 2]);
  });

  it('calls a feature by its input too where another input has one of its name', () => {
    const inputs = [
      { name: 'a', size: 2, features: ['amount', 'hour'] },
      { name: 'b', size: 1, features: ['amount'] },
      { name: 'age', size: 1 },
      { name: 'X', size: 2 },
    ];
    expect(featureNames(inputs)).toEqual(['a.amount', 'hour', 'b.amount', 'age', 'X[0]', 'X[1]']);
  });
});
