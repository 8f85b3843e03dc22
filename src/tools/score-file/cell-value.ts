import { type FeatureColumn, wholeTypes } from './feature-columns.js';
import { isWholeText } from './whole-text.js';

/** The value of a feature, as a request takes it. null is a missing value. */
export type FeatureValue = number | bigint | string | null;

/** A cell whose value its feature does not accept. */
export class BadCell {
  constructor(
    readonly expected: string,
    /** Never the value itself. */
    readonly received: string,
  ) {}
}

const leastInt64 = -(2n ** 63n);
const mostInt64 = 2n ** 63n - 1n;
const mostInt32 = 2 ** 31;

const isDecimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Reads a CSV cell by the type of its feature: numbers strictly, texts unchanged. An empty cell is a missing value. */
export function readText(cell: string | undefined, column: FeatureColumn): FeatureValue | BadCell {
  if (cell === undefined) return missing(column, 'nothing');
  const { categories, type } = column;
  if (categories !== null)
    return cell === '' && !categories.has('') ? missing(column, 'an empty cell') : category(cell, column);
  if (type === 'string') return cell === '' ? missing(column, 'an empty cell') : cell;
  const text = cell.trim();
  if (text === '') return missing(column, 'an empty cell');
  if (type === 'int64' && /^[+-]?\d{16,}$/.test(text)) return int64(BigInt(text.replace('+', '')), column);
  // `Number` also accepts forms that are not decimal. These have a letter as second or third character.
  const number = Number(text);
  if (number - number === 0 && !/[xob]/i.test(text)) {
    if (wholeTypes.has(type) && Number.isInteger(number) && !isWholeText(text)) {
      return new BadCell(expectedOf(column), 'a number with a fraction');
    }
    return numeric(number, column);
  }
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true' ? 1 : 0;
  if (word === 'nan') return missing(column, 'NaN');
  if (isDecimal.test(text)) return new BadCell(expectedOf(column), 'a number that is too large');
  return new BadCell(expectedOf(column), number - number === 0 ? 'a number that is not decimal' : 'text');
}

function missing(column: FeatureColumn, received: string): null | BadCell {
  if (column.takesMissing) return null;
  return new BadCell(`${expectedOf(column)} (model.json does not say what a missing one is)`, received);
}

function category(text: string, column: FeatureColumn): string | BadCell {
  if (column.takesOtherTexts || column.categories?.has(text)) return text;
  return new BadCell(expectedOf(column), text.trim() === '' ? 'blanks' : 'another text');
}

function numeric(number: number, column: FeatureColumn): number | BadCell {
  const { type } = column;
  let isTaken = true;
  if (type === 'float32') {
    const rounded = Math.fround(number);
    isTaken = rounded - rounded === 0;
  } else if (type === 'int64') {
    isTaken = Number.isSafeInteger(number);
  } else if (type === 'int32') {
    isTaken = Number.isInteger(number) && number >= -mostInt32 && number < mostInt32;
  } else if (type === 'bool') {
    isTaken = number === 0 || number === 1;
  }
  if (isTaken) return number;
  return new BadCell(expectedOf(column), Number.isInteger(number) ? 'a number beyond that' : 'another number');
}

function int64(number: bigint, column: FeatureColumn): bigint | BadCell {
  const isTaken = number >= leastInt64 && number <= mostInt64;
  return isTaken ? number : new BadCell(expectedOf(column), 'a number beyond that');
}

function expectedOf({ type, categories }: FeatureColumn): string {
  if (categories !== null) return `one of the ${categories.size} texts that model.json lists (categories)`;
  return expectedByType[type] ?? `a number of type ${type}`;
}

const expectedByType: Readonly<Record<string, string>> = {
  float32: 'a number in the range of float32',
  float64: 'a number',
  int64: 'an integer in the range of int64',
  int32: 'an integer in the range of int32',
  bool: '0, 1, true or false',
  string: 'text',
};
