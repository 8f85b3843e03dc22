import { describe, expect, it } from 'vitest';
import type { ManifestInput } from '../../../../src/models/manifest-inputs.js';
import { UnknownTexts } from '../../../../src/tools/score-file/unknown-texts.js';

const inputs: ManifestInput[] = [
  { name: 'amount', size: 1 },
  {
    name: 'place',
    size: 3,
    type: 'string',
    features: ['country', 'city', 'kind'],
    categories: [['DE', 'TR'], ['Bonn'], ['A']],
    unknownCategory: 'other',
  },
  { name: 'brand', size: 1, type: 'string', categories: [['visa']], unknownCategory: 'none' },
  { name: 'strict', size: 1, type: 'string', categories: [['x']] },
];

function counted(...rows: unknown[]): unknown {
  const texts = new UnknownTexts(inputs);
  for (const row of rows) texts.add(row);
  return texts.list();
}

describe('UnknownTexts', () => {
  it('counts the rows with an unknown text by column, in all forms of features, the most frequent first', () => {
    expect(
      counted(
        { amount: [1], place: ['DE', 'Ulm', 'A'], brand: ['visa'] },
        { place: { country: 'FR', city: 'Rom' }, brand: 'amex' },
        { country: 'TR', city: 'Rom', brand: ['amex'] },
        { country: 'DE', city: 'Bonn', kind: 'A', brand: 'visa' },
      ),
    ).toEqual([
      { column: 'city', rows: 3 },
      { column: 'brand', rows: 2 },
      { column: 'country', rows: 1 },
    ]);
  });

  it('counts nothing where the text is missing, is no text, or is a text of an input that has no unknown one', () => {
    expect(counted({ country: null, city: 3, strict: 'y', other: 'z' }, { place: [null, undefined, 1] })).toEqual([]);
    expect(counted(null, 5, 'FR', ['FR'], { place: null })).toEqual([]);
  });
});
