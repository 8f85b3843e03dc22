import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputSpec } from '../../../src/protocol/serving.js';
import { FeatureBuffers } from '../../../workers/serving/feature-buffers.js';

const value = fc.float({ min: -1e6, max: 1e6, noNaN: true });

/** An input of any size, which the manifest normalises or does not. */
const input = fc.integer({ min: 1, max: 13 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    mean: fc.option(fc.array(value, { minLength: size, maxLength: size }), { nil: undefined }),
    std: fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: size, maxLength: size }),
  }),
);

/** Some inputs, rows of raw values, and which of these rows each row of the inputs is. */
const situation = fc.array(input, { minLength: 1, maxLength: 4 }).chain((inputs) => {
  const rowSize = inputs.reduce((sum, { size }) => sum + size, 0);
  const row = fc.array(value, { minLength: rowSize, maxLength: rowSize });
  const specs = inputs.map(({ size, mean, std }, index): InputSpec => {
    return { name: `input${index}`, size, ...(mean === undefined ? {} : { mean, std }) };
  });
  return fc.record({
    specs: fc.constant(specs),
    rows: fc.array(row, { minLength: 1, maxLength: 12 }),
    places: fc.array(fc.nat(11), { minLength: 1, maxLength: 20 }),
  });
});

/** What an input's value should be: the formula in plain JavaScript, rounded once. */
function expected({ mean, std }: InputSpec, column: number, raw: number): number {
  if (!mean || !std) return raw;
  return Math.fround((raw - (mean[column] ?? 0)) * (1 / ((std[column] ?? 0) + 1e-8)));
}

function expectInputs(buffers: FeatureBuffers, specs: InputSpec[], rows: number[][]): void {
  let offset = 0;
  for (const [index, spec] of specs.entries()) {
    for (const [row, raw] of rows.entries()) {
      for (let column = 0; column < spec.size; column += 1) {
        const normalised = buffers.inputs[index]?.[row * spec.size + column];
        expect(normalised).toBe(expected(spec, column, raw[offset + column] ?? 0));
      }
    }
    offset += spec.size;
  }
}

describe.each(['WebAssembly memory', 'a plain buffer, where there is none'])('FeatureBuffers in %s', (kind) => {
  beforeEach(() => {
    if (kind !== 'WebAssembly memory') vi.stubGlobal('WebAssembly', undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('normalises rows from wherever they lie as the formula says, bit by bit', () => {
    fc.assert(
      fc.property(situation, ({ specs, rows, places }) => {
        const rowsAt = places.map((place) => place % rows.length);
        const buffers = new FeatureBuffers(specs, 20);
        buffers.gather(Float32Array.from(rows.flat()), Int32Array.from(rowsAt));
        expectInputs(
          buffers,
          specs,
          rowsAt.map((row) => rows[row] ?? []),
        );
      }),
    );
  });

  it('takes the same from rows that lie one behind the other, with padding or without', () => {
    fc.assert(
      fc.property(situation, fc.nat(1), fc.nat(7), ({ specs, rows }, padding, start) => {
        const size = rows[0]?.length ?? 0;
        const padded = rows.flatMap((row) => [...row, ...new Array<number>(padding).fill(7)]);
        const buffers = new FeatureBuffers(specs, rows.length);
        const features = Float32Array.from([...new Array<number>(start).fill(7), ...padded]);
        buffers.gatherRows(features, start, rows.length, size + padding);
        expectInputs(buffers, specs, rows);
      }),
    );
  });

  it('takes the same from columns', () => {
    fc.assert(
      fc.property(situation, fc.nat(7), ({ specs, rows }, start) => {
        let offset = 0;
        const columns = specs.flatMap(({ size }) => {
          const values = rows.flatMap((row) => row.slice(offset, offset + size));
          offset += size;
          return values;
        });
        const buffers = new FeatureBuffers(specs, rows.length);
        buffers.gatherColumns(Float32Array.from([...new Array<number>(start).fill(7), ...columns]), start, rows.length);
        expectInputs(buffers, specs, rows);
      }),
    );
  });
});
