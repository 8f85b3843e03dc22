import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../src/errors.js';
import { readRequest } from '../../../src/requests/read-request.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';

const layout = rowLayoutOf([
  { name: 'first', size: 3 },
  { name: 'second', size: 2 },
]);
const row = new Float32Array(5);
const good = { first: [1, 2, 3], second: Float32Array.of(4, 5) };

function issuesOf(request: unknown): InvalidRequestError['issues'] {
  try {
    readRequest(request, layout, row, 0);
    return [];
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.issues;
    throw error;
  }
}

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});
const mostlyGood = (value: unknown): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: anything });

describe('readRequest', () => {
  it('reports only bad values, and never says that a constant request changes', () => {
    const request = fc.record({
      id: mostlyGood('a'),
      amount: mostlyGood(12.5),
      features: fc.oneof(anything, fc.record({ first: mostlyGood(good.first), second: mostlyGood(good.second) })),
    });
    fc.assert(
      fc.property(request, ({ id, amount, features }) => {
        const isBad = {
          id: issuesOf({ id, features: good }).length > 0,
          amount: issuesOf({ amount, features: good }).length > 0,
          features: issuesOf({ features }).length > 0,
        };
        const issues = issuesOf({ id, amount, features });
        const blamed = (field: string) => issues.some(({ path }) => path.split('.')[0] === field);
        expect({ id: blamed('id'), amount: blamed('amount'), features: blamed('features') }).toEqual(isBad);
        expect(issues.filter(({ received }) => received === 'values that change')).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('throws only its own error, which always has a message', () => {
    fc.assert(
      fc.property(anything, (request) => {
        expect(issuesOf(request).length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('puts no value, no id and no amount into its message', () => {
    const secret = '4111111111111111';
    const requests: unknown[] = [
      secret,
      { id: [secret], features: good },
      { amount: secret, features: good },
      { features: secret },
      { features: { ...good, first: secret } },
      { features: { ...good, first: [secret, { secret }, [secret]] } },
      { features: { ...good, first: { 0: secret, 1: secret } } },
      { features: { ...good, first: { type: 'Buffer', data: [secret] } } },
      { features: { ...good, first: new Map([[secret, secret]]) } },
      { features: { ...good, first: new Error(secret) } },
      { features: { ...good, first: Object.assign(() => {}, { secret }) } },
      { features: { ...good, first: Object.defineProperty({}, Symbol.toStringTag, { value: secret }) } },
      { features: { ...good, first: new (class extends Array {})() } },
    ];
    for (const request of requests) {
      const issues = issuesOf(request);
      expect(issues.length).toBeGreaterThan(0);
      expect(JSON.stringify(issues)).not.toContain(secret);
    }
  });

  it('names ten inputs of a model with many, and says how many more there are', () => {
    const wide = rowLayoutOf(Array.from({ length: 300 }, (_, index) => ({ name: `x${index}`, size: 1 })));
    expect(() => readRequest({}, wide, new Float32Array(300), 0)).toThrowError(
      'features: expected an object with an array for each input (x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, and 290 more), received nothing',
    );
  });
});
