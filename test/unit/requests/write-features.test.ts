import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listFeatureIssues } from '../../../src/requests/feature-issues.js';
import { writeFeatureRow } from '../../../src/requests/read-request.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';
import { IssueList } from '../../../src/validation/issues.js';

const layout = rowLayoutOf([
  { name: 'first', size: 3 },
  { name: 'second', size: 2 },
]);

function write(features: unknown): { row: number[]; issues: IssueList; isWritten: boolean } {
  const issues = new IssueList();
  const row = new Float32Array(12).fill(-99);
  const isWritten = writeFeatureRow(features, layout, row, 5);
  if (!isWritten) listFeatureIssues(features, layout, issues);
  return { row: [...row], issues, isWritten };
}

const finite = fc.double({ min: -3e38, max: 3e38, noNaN: true });

describe('writeFeatureRow', () => {
  it('copies what it checked, in its place, from arrays and every kind of numeric array, and touches nothing else', () => {
    const makers: ((values: number[]) => unknown)[] = [
      (values) => values,
      (values) => Float32Array.from(values),
      (values) => Float64Array.from(values),
      (values) => Int32Array.from(values),
      (values) => Uint8Array.from(values),
    ];
    fc.assert(
      fc.property(fc.tuple(finite, finite, finite), fc.tuple(finite, finite), fc.nat(4), (first, second, kind) => {
        const make = makers[kind] ?? ((values: number[]) => values);
        const [one, two] = [make([...first]), make([...second])];
        const { row, issues } = write({ first: one, second: two });
        expect(issues.listed).toEqual([]);
        const expected = [...(one as number[]), ...(two as number[])].map(Math.fround);
        expect(row.slice(5, 10)).toEqual(expected);
        expect([...row.slice(0, 5), ...row.slice(10)]).toEqual(new Array(7).fill(-99));
      }),
    );
  });

  it('finds exactly the values that are not finite numbers after rounding to float32', () => {
    const value = fc.oneof(
      finite,
      fc.constantFrom<unknown>(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -1e39,
        1e39,
        '1',
        1n,
        null,
        undefined,
        true,
        {},
        [],
        Symbol('x'),
      ),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 5 }), (values) => {
        const { issues } = write({ first: values.slice(0, 3), second: values.slice(3) });
        const paths = ['first[0]', 'first[1]', 'first[2]', 'second[0]', 'second[1]'];
        const bad = paths.filter((_, index) => {
          const item = values[index];
          return typeof item !== 'number' || !Number.isFinite(Math.fround(item));
        });
        expect(issues.listed.map(({ path }) => path)).toEqual(bad.map((path) => `features.${path}`));
      }),
    );
  });

  it('never throws and always finds an issue, whatever else it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, (features) => {
        expect(write(features).issues.total).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ['a hole', () => Object.assign(new Array(3), { 0: 1, 2: 3 }), /first\[1\]: a finite number, nothing/],
    ['a wrong length', () => [1, 2], /first: an array of 3 finite numbers, one of 2/],
    ['a BigInt array', () => BigInt64Array.of(1n, 2n, 3n), /first: an array of 3 finite numbers, a BigInt64Array of 3/],
    [
      'a DataView',
      () => new DataView(new ArrayBuffer(3)),
      /first: an array of 3 finite numbers, a DataView of 3 bytes/,
    ],
    [
      'an array-like object',
      () => ({ length: 3, 0: 1, 1: 2, 2: 3 }),
      /first: an array of 3 finite numbers, an array-like object/,
    ],
    ['nothing', () => undefined, /first: an array of 3 finite numbers, nothing/],
  ])('names the field, what was expected and what came, for %s', (_, make, message) => {
    const { issues } = write({ first: make(), second: [1, 2] });
    expect(issues.listed.map(({ path, expected, received }) => `${path}: ${expected}, ${received}`).join('\n')).toMatch(
      message,
    );
  });

  it('refuses inputs that are inherited, unknown, hidden behind a throwing getter, a revoked proxy or an array that changes', () => {
    expect(write(Object.create({ first: [1, 2, 3], second: [1, 2] })).issues.total).toBeGreaterThan(0);
    expect(write({ first: [1, 2, 3], second: [1, 2], third: [1] }).issues.listed[0]?.path).toBe('features.third');
    const throwing = {
      get first(): number[] {
        throw new Error('4111 1111 1111 1111');
      },
      second: [1, 2],
    };
    expect(JSON.stringify(write(throwing).issues.listed)).not.toContain('4111');
    const { proxy, revoke } = Proxy.revocable([1, 2, 3], {});
    revoke();
    expect(write({ first: proxy, second: [1, 2] }).issues.total).toBe(1);
    let reads = 0;
    const changing = new Proxy([1, 2, 3], {
      get: (target, key) => (key === '1' && reads++ === 0 ? 'x' : Reflect.get(target, key)),
    });
    // Refused when it is read first, and found right when it is read again: the request's reader says that it changes.
    expect(write({ first: changing, second: [1, 2] })).toMatchObject({ isWritten: false, issues: { total: 0 } });
  });

  it('is not misled by a prototype: what is not a Float32Array is checked value by value', () => {
    const disguised = (values: object): object => Object.setPrototypeOf(values, Float32Array.prototype);
    const length = { value: 3 };
    const inBytes = Object.defineProperty(
      Object.assign(new DataView(new ArrayBuffer(12)), ['1', null, true]),
      'length',
      length,
    );
    const bad = [
      ['1', null, true],
      Float64Array.of(1e39, 1, 2),
      BigInt64Array.of(1n, 2n, 3n),
      { ...['1', '2', '3'], length: 3 },
    ];
    for (const values of [...bad, inBytes]) {
      expect(write({ first: disguised(values), second: [1, 2] }).issues.total).toBeGreaterThan(0);
    }
    const longer = Object.defineProperty(Float32Array.of(1, 2), 'length', length);
    expect(write({ first: longer, second: [1, 2] }).issues.total).toBeGreaterThan(0);
    const { row, issues } = write({ first: disguised([1, 2, 3]), second: disguised(Float64Array.of(0.1, -2)) });
    expect(issues.listed).toEqual([]);
    expect(row.slice(5, 10)).toEqual([1, 2, 3, Math.fround(0.1), -2]);
  });

  it('takes float32 arrays of a class or of a realm of their own', () => {
    class Features extends Float32Array {}
    const foreign = runInNewContext('Float32Array.of(1, 2, 3)');
    const { row, issues } = write({ first: foreign, second: Features.of(4, 5) });
    expect(issues.listed).toEqual([]);
    expect(row.slice(5, 10)).toEqual([1, 2, 3, 4, 5]);
  });

  it('lists 20 issues at most and counts them all', () => {
    const wide = rowLayoutOf([{ name: 'x', size: 50 }]);
    const issues = new IssueList();
    const features = { x: new Array(50).fill('no') };
    expect(writeFeatureRow(features, wide, new Float32Array(50), 0)).toBe(false);
    listFeatureIssues(features, wide, issues);
    expect([issues.listed.length, issues.total]).toEqual([20, 50]);
  });
});
