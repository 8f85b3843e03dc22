import { describe, expect, it } from 'vitest';
import { BadCell, readText } from '../../../../src/tools/score-file/cell-value.js';
import { type FeatureColumn, featureColumns } from '../../../../src/tools/score-file/feature-columns.js';

function column(change: Partial<FeatureColumn> = {}): FeatureColumn {
  return {
    name: 'x',
    input: 'X',
    place: 0,
    feature: 'x',
    type: 'float32',
    categories: null,
    takesOtherTexts: false,
    takesMissing: false,
    ...change,
  };
}

/** The value, or what was received. */
function read(cell: string, change: Partial<FeatureColumn> = {}): unknown {
  const value = readText(cell, column(change));
  return value instanceof BadCell ? `bad: ${value.received}` : value;
}

const texts = { categories: new Set(['DE', 'TR', '1']) };

describe('readText', () => {
  it('reads decimal numbers, blanks around them, and truth values as 1 and 0', () => {
    const cells = ['1', '-2.5', ' 3e-2 ', '+4', '.5', '6.', 'true', 'False'];
    expect(cells.map((cell) => read(cell))).toEqual([1, -2.5, 0.03, 4, 0.5, 6, 1, 0]);
  });

  it('refuses text, numbers that are not decimal, and those beyond the type', () => {
    for (const cell of ['abc', '1,5', '12 €', '1_000', 'Infinity', '--1', 'null', '1e', 'e5']) {
      expect(read(cell), cell).toBe('bad: text');
    }
    for (const cell of ['0x10', '0b1', '0O7']) expect(read(cell)).toBe('bad: a number that is not decimal');
    for (const cell of ['1e400', ' -1.5E+999', `1${'0'.repeat(400)}`]) {
      for (const type of ['float32', 'float64', 'int32']) {
        expect(read(cell, { type }), cell).toBe('bad: a number that is too large');
      }
    }
    expect(read('1e39')).toBe('bad: a number beyond that');
    expect(read('1e39', { type: 'float64' })).toBe(1e39);
  });

  it('takes an empty cell and NaN for missing, where the model says what that is', () => {
    expect(['', '  ', 'NaN', 'nan'].map((cell) => read(cell, { takesMissing: true }))).toEqual(Array(4).fill(null));
    expect(read('')).toBe('bad: an empty cell');
    expect(readText('', column())).toMatchObject({
      expected: 'a number in the range of float32 (model.json does not say what a missing one is)',
    });
    expect(read('', { type: 'string' })).toBe('bad: an empty cell');
    expect(read('', { ...texts, takesMissing: true })).toBeNull();
  });

  it('keeps every digit of an int64', () => {
    const int64 = { type: 'int64' };
    expect(read('9007199254740993', int64)).toBe(9007199254740993n);
    expect(read('-9223372036854775808', int64)).toBe(-9223372036854775808n);
    expect(read('9223372036854775808', int64)).toBe('bad: a number beyond that');
    expect(read('12', int64)).toBe(12);
    // As tables write integers in a column with missing ones.
    expect(read('3.0', int64)).toBe(3);
    expect(read('3.5', int64)).toBe('bad: another number');
    expect(read('2147483648', { type: 'int32' })).toBe('bad: a number beyond that');
    expect(read('2', { type: 'bool' })).toBe('bad: a number beyond that');
  });

  it.each(['int64', 'int32', 'bool'])('refuses a fraction that a number loses, and takes one of zeros: %s', (type) => {
    for (const cell of ['1.00000000000000000001', '0.99999999999999999999', '1e-400', '10000000000000000001e-19']) {
      expect(read(cell, { type }), cell).toBe('bad: a number with a fraction');
    }
    const whole = ['1.000000000000000000000', '10e-1', '0.1e1', '.0000', '0e-400', '-0.0', '00001.'];
    expect(whole.map((cell) => read(cell, { type }))).toEqual([1, 1, 1, 0, 0, -0, 1]);
  });

  it('refuses an int64 whose fraction is lost only because the number is large', () => {
    expect(read('9007199254740991.4', { type: 'int64' })).toBe('bad: a number with a fraction');
    expect(read('-9007199254740990.6', { type: 'int64' })).toBe('bad: a number with a fraction');
    expect(read('9007199254740991.4', { type: 'float64' })).toBe(9007199254740991);
  });

  it('keeps texts as they are, numbers among them too', () => {
    expect(read(' 007', { type: 'string' })).toBe(' 007');
    expect(read('1', texts)).toBe('1');
    expect(read('TR', { ...texts, type: 'string' })).toBe('TR');
  });

  it('refuses a text that is no category, unless the model says what it is', () => {
    expect(read('XX', texts)).toBe('bad: another text');
    expect(read('XX', { ...texts, takesOtherTexts: true })).toBe('XX');
    expect(readText('XX', column(texts))).toMatchObject({
      expected: 'one of the 3 texts that model.json lists (categories)',
    });
  });
});

describe('featureColumns', () => {
  it('calls columns by their features, or by input and place', () => {
    const columns = featureColumns([
      { name: 'age', size: 1 },
      { name: 'X', size: 2, features: ['amount', 'hour'] },
      { name: 'Y', size: 2, features: ['hour', 'day'] },
      { name: 'Z', size: 2 },
    ]);
    expect(columns.map(({ name }) => name)).toEqual(['age', 'amount', 'X.hour', 'Y.hour', 'day', 'Z[0]', 'Z[1]']);
  });

  it('knows what each feature takes', () => {
    const [first, second] = featureColumns([
      {
        name: 'X',
        size: 2,
        type: 'string',
        categories: [['a'], undefined],
        missing: [undefined, 'none'],
        unknownCategory: 'other',
      },
    ]);
    expect(first).toMatchObject({ type: 'string', takesOtherTexts: true, takesMissing: false });
    expect(first?.categories?.has('a')).toBe(true);
    expect(second).toMatchObject({ categories: null, takesMissing: true });
  });
});
