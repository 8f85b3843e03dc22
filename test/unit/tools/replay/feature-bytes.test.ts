import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputType } from '../../../../src/protocol/row-layout.js';
import { rowLayoutOf } from '../../../../src/protocol/row-layout.js';
import { byteOf, FeatureValues } from '../../../../src/records/format/feature-values.js';
import { writeFeatures } from '../../../../src/tools/replay/feature-bytes.js';

const types: readonly InputType[] = ['float32', 'float16', 'float64', 'int64', 'int32', 'bool', 'string'];
const texts = ['DE', 'TR', ''];

const rows = fc
  .array(fc.record({ type: fc.constantFrom(...types), size: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((shapes) => {
    const inputs = shapes.map(({ type, size }, index) => ({
      ...{ name: index === 0 ? '__proto__' : `input${index}`, type, size },
      ...(type === 'string' ? { texts: Array.from({ length: size }, () => texts) } : {}),
    }));
    const layout = rowLayoutOf(inputs);
    const values = inputs.flatMap(({ type, size }) => Array.from({ length: size }, () => valueFor(type)));
    return fc.tuple(...values).map((given) => {
      const bytes = Buffer.alloc(layout.stride * 4);
      let next = 0;
      for (const input of layout.inputs) {
        for (let column = 0; column < input.size; column += 1) {
          put(bytes, byteOf(input, column), input.type, given[next]);
          next += 1;
        }
      }
      return { inputs, layout, bytes };
    });
  });

function valueFor(type: InputType): fc.Arbitrary<number | bigint> {
  if (type === 'int64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  if (type === 'int32') return fc.integer();
  if (type === 'bool') return fc.integer({ min: 0, max: 1 });
  if (type === 'string') return fc.integer({ min: 0, max: texts.length - 1 });
  return type === 'float64' ? fc.double() : fc.float();
}

function put(bytes: Buffer, at: number, type: InputType, value: number | bigint | undefined): void {
  if (typeof value === 'bigint') bytes.writeBigInt64LE(value, at);
  else if (type === 'float64') bytes.writeDoubleLE(value ?? 0, at);
  else if (type === 'bool') bytes.writeUInt8(value ?? 0, at);
  else if (type === 'int32' || type === 'string') bytes.writeInt32LE(value ?? 0, at);
  else bytes.writeFloatLE(value ?? 0, at);
}

describe('Features of lines of JSON', () => {
  it('become the bytes that they were: NaN, −0, int64 and texts', () => {
    fc.assert(
      fc.property(rows, ({ inputs, layout, bytes }) => {
        const values = JSON.parse(JSON.stringify(Object.entries(new FeatureValues(inputs).read(bytes))));
        const written = Buffer.alloc(bytes.length);
        const all = inputs.map((input) => ('texts' in input ? input.texts : undefined));
        expect(writeFeatures(written, Object.fromEntries(values), layout, all)).toBe(true);
        expect(written.equals(bytes)).toBe(true);
      }),
    );
  });

  it('are refused where they are not those of the inputs', () => {
    const layout = rowLayoutOf([{ name: 'x', size: 2 }]);
    const row = (): Buffer => Buffer.alloc(8);
    expect(writeFeatures(row(), { x: [1, 2] }, layout, [undefined])).toBe(true);
    expect(writeFeatures(row(), { x: [1] }, layout, [undefined])).toBe(false);
    expect(writeFeatures(row(), { x: [1, null] }, layout, [undefined])).toBe(false);
    expect(writeFeatures(row(), { x: [1, 2], y: [1] }, layout, [undefined])).toBe(false);
    expect(writeFeatures(row(), {}, layout, [undefined])).toBe(false);
    expect(writeFeatures(row(), Buffer.alloc(12), layout, [undefined])).toBe(false);
  });
});
