import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputType } from '../../../src/protocol/row-layout.js';
import { FeatureReader } from '../../../src/requests/feature-reader.js';
import { KnownNames } from '../../../src/requests/known-names.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';
import { IssueList } from '../../../src/validation/issues.js';

const inputs = [
  { name: 'X', size: 3, features: ['a', 'b', 'c'], missing: [undefined, Number.NaN, -1] },
  { name: 'n', size: 1, type: 'int64' as InputType },
  { name: 'd', size: 2, type: 'float64' as InputType, features: ['e', 'f'] },
];
const layout = rowLayoutOf(inputs);

function readerOf(known = new KnownNames()): { reader: FeatureReader; memory: ArrayBuffer } {
  const memory = new ArrayBuffer(2 * layout.stride * 4);
  return { reader: new FeatureReader(inputs, layout, memory, { ignoresUnknown: false, known }), memory };
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
});
const value = fc.oneof(fc.double(), fc.constantFrom(undefined, null, '1', 3n, true), anything);
const name = fc.constantFrom('X', 'n', 'd', 'a', 'b', 'c', 'e', 'f', 'other');

/** Some of its fields are not enumerable, or belong to a prototype. */
function withHidden(fields: Record<string, unknown>, hidden: readonly string[], inherited: readonly string[]): object {
  const own = Object.create(inherited.length > 0 ? {} : Object.prototype);
  for (const [field, value] of Object.entries(fields)) {
    const holder: object = inherited.includes(field) ? Object.getPrototypeOf(own) : own;
    Object.defineProperty(holder, field, { value, enumerable: !hidden.includes(field), configurable: true });
  }
  return own;
}

const nested = fc
  .tuple(fc.dictionary(name, value), fc.array(name), fc.oneof(fc.constant([]), fc.array(name, { maxLength: 2 })))
  .map((parts) => withHidden(...parts));
const features = fc.oneof(
  anything,
  fc
    .tuple(
      fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 3 }), nested)),
      fc.oneof(fc.constant([]), fc.array(name)),
      fc.oneof(fc.constant([]), fc.array(name, { maxLength: 2 })),
    )
    .map((parts) => withHidden(...parts)),
);

describe('FeatureReader', () => {
  it('reports a problem for everything it refuses, and none for what it accepts', () => {
    const { reader } = readerOf();
    fc.assert(
      fc.property(features, (given) => {
        const isTaken = reader.write(given, 0);
        const issues = new IssueList();
        reader.listIssues(given, issues);
        expect(issues.total === 0).toBe(isTaken);
      }),
      { numRuns: 10_000 },
    );
  });

  it('writes the same row from arrays, objects and flat features, in any order, and touches no other row', () => {
    const { reader, memory } = readerOf();
    const start = layout.stride;
    const row = (): number[] => [...new Uint8Array(memory, start * 4)];
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    const all = fc.tuple(number, number, number, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), double, double);
    fc.assert(
      fc.property(all, fc.infiniteStream(fc.nat()), ([a, b, c, n, e, f], order) => {
        const wipe = () => new Uint8Array(memory, start * 4).fill(0xff);
        wipe();
        expect(reader.write({ X: [a, b, c], n: [n], d: Float64Array.of(e, f) }, start)).toBe(true);
        const expected = row();
        const flat = Object.entries({ a, b, c, n, e, f })
          .map((entry) => ({ entry, at: order.next().value }))
          .sort((left, right) => left.at - right.at)
          .map(({ entry }) => entry);
        for (const form of [{ d: { f, e }, n, X: { c, a, b } }, Object.fromEntries(flat)]) {
          wipe();
          expect(reader.write(form, start)).toBe(true);
          expect(row()).toEqual(expected);
        }
        expect(new Uint8Array(memory, 0, start * 4).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it('knows the names of other versions as long as these exist', () => {
    const known = new KnownNames();
    const { reader } = readerOf(known);
    const other = [
      { name: 'X', size: 1, features: ['z'] },
      { name: 'y', size: 1 },
    ];
    const given = { X: { a: 1, z: 1 }, n: 1, d: [1, 2], y: 3 };
    expect(reader.write(given, 0)).toBe(false);
    const second = new FeatureReader(other, rowLayoutOf(other), new ArrayBuffer(8), { ignoresUnknown: false, known });
    expect(reader.write(given, 0)).toBe(true);
    second.dispose();
    expect(reader.write(given, 0)).toBe(false);
  });

  it.each([
    ['null', { sex: null, age: 3 }],
    ['nothing', { age: 3 }],
  ])('asks for one value, and not for an array, where an input of one feature has %s', (received, given) => {
    const single = [
      { name: 'sex', size: 1, type: 'string' as InputType, categories: [['male', 'female']] },
      { name: 'age', size: 1 },
    ];
    const singleLayout = rowLayoutOf(single);
    const reader = new FeatureReader(single, singleLayout, new ArrayBuffer(singleLayout.stride * 4));
    const issues = new IssueList();
    expect(reader.write(given, 0)).toBe(false);
    reader.listIssues(given, issues);
    const hint = '("missing" in model.json says what stands for a missing one)';
    expect(issues.listed).toEqual([{ path: 'features.sex', expected: `a text ${hint}`, received }]);
  });

  it.each([
    ['a Date', new Date(0)],
    ['a Number object', Object(3)],
    ['an object', { other: 3 }],
  ])('says that a bare value serves where an input of one feature has %s', (_, given) => {
    const single = [{ name: 'age', size: 1 }];
    const singleLayout = rowLayoutOf(single);
    const reader = new FeatureReader(single, singleLayout, new ArrayBuffer(singleLayout.stride * 4));
    const issues = new IssueList();
    expect(reader.write({ age: given }, 0)).toBe(false);
    reader.listIssues({ age: given }, issues);
    expect(issues.listed).toEqual([
      {
        path: 'features.age',
        expected: 'a finite number, or an array of 1 finite number',
        received: expect.any(String),
      },
    ]);
  });
});
