import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOfJson } from '../../../../src/records/format/feature-values.js';
import { JsonBytes } from '../../../../workers/records/lines/json-bytes.js';

/** Float32 values as they lie in memory. */
function viewOf(values: readonly number[]): DataView {
  return new DataView(Float32Array.from(values).buffer);
}

function written(values: readonly number[]): unknown[] {
  const json = new JsonBytes();
  json.floats(viewOf(values), 0, values.length);
  return JSON.parse(json.take().toString()) as unknown[];
}

/** Of every size: all 32 bits at random. */
const anyFloat = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((bits) => {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, bits);
  return view.getFloat32(0);
});

const usualFloat = fc.double({ min: -1_000, max: 1_000, noNaN: true }).map(Math.fround);
const roundFloat = fc.tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: 0, max: 7 }));
const shortFloat = roundFloat.map(([digits, places]) => Math.fround(digits / 10 ** places));

describe('JsonBytes', () => {
  it('writes float32 values from which the same doubles are read', () => {
    const floats = fc.array(fc.oneof(anyFloat, usualFloat, shortFloat), { maxLength: 50 });
    fc.assert(
      fc.property(floats, (values) => {
        const exact = values.map(Math.fround);
        expect(written(values).map(numberOfJson)).toEqual(exact);
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes the values at which its way of writing changes', () => {
    const edges = [1e-3, 0.1, 1, 10, 100, 1_000, 9_999, 10_000, 99_999_999, 2 ** 24, 2 ** 24 - 1, 2 ** -10];
    const near = edges.flatMap((edge) => [edge, edge * (1 - 2 ** -24), edge * (1 + 2 ** -23), -edge]).map(Math.fround);
    expect(written(near)).toEqual(near);
  });

  it('writes what JSON has no number for as a text', () => {
    expect(written([-0, Number.NaN, Number.POSITIVE_INFINITY, 0])).toEqual(['-0', 'NaN', 'Infinity', 0]);
  });

  it('writes numbers as JSON.stringify does', () => {
    const json = new JsonBytes();
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.nat(), fc.integer()), (value) => {
        json.number(value);
        expect(json.take().toString()).toBe(JSON.stringify(value));
      }),
    );
  });

  it('keeps what was taken while its memory grows', () => {
    const json = new JsonBytes();
    json.text('first');
    const first = json.take();
    json.text('ä'.repeat(300_000));
    expect(json.take().toString()).toBe('ä'.repeat(300_000));
    expect(first.toString()).toBe('first');
  });
});
