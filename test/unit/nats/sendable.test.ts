import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../src/errors.js';
import { sendable } from '../../../src/integrations/nats/remote/sendable.js';
import { packValue, unpackValue } from '../../../src/integrations/nats/wire/values.js';
import type { InputType } from '../../../src/protocol/row-layout.js';
import { FeatureReader } from '../../../src/requests/feature-reader.js';
import { KnownNames } from '../../../src/requests/known-names.js';
import { readRequest } from '../../../src/requests/read-request.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';

const inputs = [
  { name: 'X', size: 3, features: ['a', 'b', 'c'], missing: [undefined, Number.NaN, -1] },
  { name: 'n', size: 1, type: 'int64' as InputType },
  { name: 'd', size: 2, type: 'float64' as InputType, features: ['e', 'f'] },
];
const layout = rowLayoutOf(inputs);

/** The row that a scorer reads of a request; or the code and the features that it refuses, with what it says of them. */
function read(request: unknown, ignoresUnknown: boolean): unknown {
  const row = new Float32Array(layout.stride);
  const reader = new FeatureReader(inputs, layout, row.buffer, { ignoresUnknown, known: new KnownNames() });
  try {
    const id = readRequest(request, layout, row, 0, reader);
    return { id, row: [...new Uint8Array(row.buffer)] };
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.issues.map(({ path, expected, received }) => ({ path, expected, received }));
  }
}

/** What a node gets of a request. */
const sent = (request: unknown): unknown => unpackValue(packValue(sendable(request, 1_000_000)));

const anything = fc.anything({
  ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true },
  ...{ withSparseArray: true, withNullPrototype: true, withBoxedValues: true },
});
const odd = fc.constantFrom(
  undefined,
  null,
  () => 1,
  Symbol('s'),
  new Date(0),
  new URL('http://a'),
  2n ** 64n,
  -(2n ** 70n),
);
const value = fc.oneof(fc.double(), fc.constantFrom('1', 3n, true), odd, anything);
const name = fc.constantFrom('X', 'n', 'd', 'a', 'b', 'c', 'e', 'f', 'other', '__proto__');

/** Some of its fields are not enumerable, or belong to a prototype. */
function withHidden(fields: [string, unknown][], hidden: readonly string[], inherited: readonly string[]): object {
  const own = Object.create(inherited.length > 0 ? {} : Object.prototype);
  for (const [field, value] of fields) {
    const holder: object = inherited.includes(field) ? Object.getPrototypeOf(own) : own;
    Object.defineProperty(holder, field, { value, enumerable: !hidden.includes(field), configurable: true });
  }
  return own;
}

const fields = (values: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.array(fc.tuple(name, values), { maxLength: 8 }),
      fc.oneof(fc.constant([]), fc.array(name, { maxLength: 2 })),
      fc.oneof(fc.constant([]), fc.array(name, { maxLength: 2 })),
    )
    .map((parts) => withHidden(...parts));
const good = fc.constant({ X: [1, 2, 3], n: 5n, e: 0.5, f: 2 });
const features = fc.oneof(
  anything,
  fields(fc.oneof(value, fc.array(value, { maxLength: 3 }), fields(value))),
  // So that much of it is accepted.
  fc
    .tuple(good, fields(value))
    .map(([base, more]) => Object.defineProperties({ ...base }, Object.getOwnPropertyDescriptors(more))),
  fc
    .tuple(good, fc.constantFrom('X', 'n', 'e', 'other'), value)
    .map(([base, field, one]) => ({ ...base, [field]: one })),
);
const request = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ id: fc.oneof(fc.constant('tx-1'), value), features }, { requiredKeys: ['features'] }),
  },
  { weight: 5, arbitrary: fc.record({ features }) },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: fields(value) },
);

const pathsOf = (outcome: unknown): unknown =>
  Array.isArray(outcome) ? [...new Set(outcome.map(({ path }) => String(path).replace(/\[.*/, '')))].sort() : outcome;

describe('a request that was sent', () => {
  it('is read by a node as it is read in the process of the caller', () => {
    let accepted = 0;
    fc.assert(
      fc.property(request, fc.boolean(), (given, ignoresUnknown) => {
        const own = pathsOf(read(given, ignoresUnknown));
        if (!Array.isArray(own)) accepted += 1;
        expect(pathsOf(read(sent(given), ignoresUnknown))).toEqual(own);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  class Features {
    readonly n = 5n;
    readonly d = [1, 2];
    get X(): number[] {
      return [1, 2, 3];
    }
  }

  it.each([
    ['a getter of a class', { features: new Features() }],
    ['a Date', { features: { X: [1, 2, 3], n: new Date(0), d: [1, 2] } }],
    ['a function', { features: { X: () => [1, 2, 3], n: 1, d: [1, 2] } }],
    ['a symbol', { features: { X: Symbol('x'), n: 1, d: [1, 2] } }],
    ['a Map in place of the features', { features: new Map() }],
    ['a promise', { features: Promise.resolve({}) }],
    ['undefined and null', { features: { X: [undefined, null, 1], n: undefined, e: null, f: 1 } }],
    ['an integer that no type holds', { features: { X: [1, 2, 3], n: 2n ** 70n, d: [1, 2] } }],
    ['an unknown name', { features: { X: [1, 2, 3], n: 1, d: [1, 2], other: new Date(0) } }],
    ['an id that is no text', { id: new Date(0), features: { X: [1, 2, 3], n: 1, d: [1, 2] } }],
    ['no features', { X: [1, 2, 3] }],
    ['a list', [{ X: [1, 2, 3] }]],
  ])('says the same of %s', (_, given) => {
    expect(read(sent(given), false)).toEqual(read(given, false));
    expect(read(sent(given), true)).toEqual(read(given, true));
  });

  it('has lists in place of typed arrays, and nothing else than id, amount and features', () => {
    const given = { id: 'tx-1', amount: 3, note: () => 1, features: { a: Float32Array.of(1, 2), b: [undefined, 1n] } };
    expect(sent(given)).toEqual({ id: 'tx-1', amount: 3, features: { a: [1, 2], b: [undefined, 1n] } });
    expect(sent({ a: [1] })).toEqual({ a: [1] });
    expect(sent(null)).toBeNull();
  });

  it('is small, whatever an object that no reader looks into refers to', () => {
    const entity: Record<string, unknown> = {};
    for (let index = 0; index < 500; index += 1) entity[`field${index}`] = entity;
    expect(packValue(sendable({ features: { entity } }, 1_000_000)).length).toBeLessThan(50_000);
  });

  it('describes a list that no message holds, and does not go through it', () => {
    const holes = { X: new Array<number>(2 ** 32 - 1), n: 1, d: new Float64Array(2_000_000) };
    const startedAt = performance.now();
    expect(pathsOf(read(sent({ features: holes }), false))).toEqual(['features.X', 'features.d']);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('is refused if it throws when it is read, without the message of the host', () => {
    const given = {
      get features(): never {
        throw new Error('card 4111');
      },
    };
    expect(() => sendable(given, 1_000_000)).toThrow(/one that throws when it is read/);
  });
});
