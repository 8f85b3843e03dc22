import { describe, expect, it } from 'vitest';
import type { ManifestInput } from '../../../../src/models/manifest-inputs.js';
import { type Fields, JsonFeatures } from '../../../../src/tools/score-file/json-features.js';

const inputs: ManifestInput[] = [
  { name: 'X', size: 3, features: ['amount', 'hour_1', 'country'] },
  { name: 'Y', size: 1, features: ['amount'] },
  { name: 'Z', size: 2 },
  { name: 'card', size: 1, type: 'int64' },
];

function read(row: Fields, others: string[] = [], of = inputs): unknown {
  const given = new JsonFeatures(of, others).read(row);
  return 'features' in given ? given.features : given;
}

describe('JsonFeatures', () => {
  it('hands on what a request has in features, whatever it is', () => {
    for (const features of [{ X: [1, 2], misspelt: true }, 5, null, [1]]) {
      expect(read({ id: 7, amount: 3, features })).toEqual(features);
    }
  });

  it.each(['X', 'hour_1', 'X.amount', 'Z[1]', 'card'])('refuses a "%s" of the model beside features', (name) => {
    const row = { id: 7, features: { Y: 1 }, [name]: 3 };
    expect(read(row)).toEqual({
      column: name,
      expected: 'all features of the row in its field "features"',
      received: 'one beside it, which would not be read (move it into "features", or rename it)',
    });
    expect(read(row, [name])).toEqual({ Y: 1 });
  });

  it('hands on the fields that the model knows, and leaves the others', () => {
    const row = { X: [1, 2, 3], Y: 4, Z: [5, 6], card: 7, note: { text: 'x' }, is_fraud: 1 };
    expect(read(row)).toEqual({ X: [1, 2, 3], Y: 4, Z: [5, 6], card: 7 });
    expect(read({ hour_1: 1, country: null })).toEqual({ hour_1: 1, country: null });
  });

  it('knows features by the names of columns too', () => {
    expect(read({ 'X.amount': 1, hour_1: 2, 'Z[1]': 3 })).toEqual({ X: { amount: 1 }, hour_1: 2, Z: [undefined, 3] });
    expect(read({ Z: [1, 2], 'Z[1]': 3 })).toMatchObject({ column: 'Z[1]', expected: 'each feature once' });
  });

  it.each(['hour1', 'Hour_1', 'hour 1', 'hours_1', 'huor_1', 'Country', 'contry'])(
    'refuses a field "%s" where the feature that it is like is missing',
    (name) => {
      expect(read({ [name]: 1 })).toMatchObject({ column: name, received: 'a field that the model does not know' });
      expect(read({ [name]: 1 }, [name])).toEqual({});
      const meant = name.toLowerCase().startsWith('h') ? 'hour_1' : 'country';
      expect(read({ [name]: 1, [meant]: null })).toEqual({ [meant]: null });
    },
  );

  it.each(['hour_2', 'hour_11', 'y', 'id', 'county_code', 'cart'])('leaves a field "%s" that is like none', (name) => {
    const of: ManifestInput[] = [{ name: 'In', size: 3, features: ['hour_1', 'country', 'card'] }];
    expect(read({ [name]: 1 }, [], of)).toEqual({});
  });

  it('reads integers that a number can not hold from text, for int64 alone', () => {
    expect(read({ card: '9007199254740993' })).toEqual({ card: 9007199254740993n });
    expect(read({ features: { card: ['-9223372036854775808'] } })).toEqual({ card: [-(2n ** 63n)] });
    expect(read({ card: '3', Y: '9007199254740993' })).toEqual({ card: '3', Y: '9007199254740993' });
    const named: ManifestInput[] = [
      {
        name: 'ids',
        size: 2,
        type: 'int64',
        features: ['card', 'kind'],
        categories: [undefined, ['9007199254740993']],
      },
    ];
    const text = '9007199254740993';
    expect(read({ ids: { card: text, kind: text } }, [], named)).toEqual({
      ids: { card: 9007199254740993n, kind: text },
    });
    expect(read({ card: text, kind: text }, [], named)).toEqual({ card: 9007199254740993n, kind: text });
    expect(read({ ids: [text, text] }, [], named)).toEqual({ ids: [9007199254740993n, text] });
  });

  it('does not take what an object inherits for a field', () => {
    expect(read({}, [], [{ name: 'constructor', size: 1 }])).toEqual({});
  });

  it('takes features for a field where the model has a feature of that name', () => {
    expect(read({ features: 3 }, [], [{ name: 'features', size: 1 }])).toEqual({ features: 3 });
  });
});
