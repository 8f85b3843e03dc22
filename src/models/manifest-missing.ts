import { isFloatType, isValueOf, valueExpected } from '../protocol/input-values.js';
import type { InputType } from '../protocol/row-layout.js';
import type { FieldReader } from '../validation/field-reader.js';
import type { ManifestInput } from './manifest-inputs.js';

/** The names of an input's features. An input of size 1 whose feature has no name uses the input's name. */
export function featureNamesOf({ name, size, features }: ManifestInput): readonly string[] {
  return features ?? (size === 1 ? [name] : []);
}

const expectedCategories =
  'an object with a list of texts for each of some features, such as { "country": ["DE", "TR"] }';

/** The texts that features may have, by feature. Every feature of a string input needs them. */
export function readCategories(
  reader: FieldReader,
  type: InputType,
  input: ManifestInput,
): (string[] | undefined)[] | undefined {
  const names = featureNamesOf(input);
  const given = reader.value('categories', expectedCategories, isFields);
  if (given === undefined && reader.has('categories')) return undefined;
  // Names that are not valid cannot be compared.
  const areNamesWrong = reader.has('features') && input.features === undefined;
  if (given !== undefined && !areNamesWrong) {
    for (const [name, texts] of Object.entries(given)) {
      if (!names.includes(name)) reader.reject(`categories.${name}`, expectedFeature(names), name);
      else if (!areTexts(texts)) reader.reject(`categories.${name}`, 'a list of texts, each of them once', texts);
    }
  }
  const categories = Array.from({ length: input.size }, (_, column) => {
    const name = names[column];
    const texts = name === undefined || given === undefined || !Object.hasOwn(given, name) ? undefined : given[name];
    return areTexts(texts) ? texts : undefined;
  });
  const without = type === 'string' ? categories.indexOf(undefined) : -1;
  if (without >= 0 && !areNamesWrong) {
    const name = names[without] ?? `${input.name}[${without}]`;
    if (given === undefined || !Object.hasOwn(given, name))
      reader.reject(`categories.${name}`, 'the texts that this feature of a string input may have', undefined);
  }
  return categories.some((texts) => texts !== undefined) ? categories : undefined;
}

/** The replacement for a text that is not among a feature's categories. */
export function readUnknownCategory(
  reader: FieldReader,
  type: InputType,
  { categories }: ManifestInput,
): number | string | undefined {
  const expected = `${expectedRaw(type)} (left out: such a text is refused)`;
  const value = reader.value('unknownCategory', expected, (value) => isRaw(value, type));
  if (value === undefined) return undefined;
  if (categories === undefined && !reader.has('categories'))
    reader.reject('unknownCategory', 'categories, which it is for', undefined);
  return rawOf(value, type);
}

/** The value of a missing feature: one for all features of the input, or one for each feature. */
export function readMissing(
  reader: FieldReader,
  type: InputType,
  input: ManifestInput,
): (number | string | undefined)[] | undefined {
  const names = featureNamesOf(input);
  // If mean or std are not valid, that has already been reported.
  const canBeMean = input.mean !== undefined || (reader.has('mean') && reader.has('std'));
  const one = `${expectedRaw(type)}${canBeMean ? ' or "mean"' : ''}`;
  const accepts = (value: unknown): value is number | string => isRaw(value, type) || (value === 'mean' && canBeMean);
  const expectedOne = (value: unknown): string =>
    value === 'mean' && type !== 'string'
      ? `${one} ("mean" needs the fields mean and std, which this input does not have)`
      : one;
  const given = reader.value('missing', `${one}, or one of these by feature`, isAnything);
  if (given === undefined) return undefined;
  const rawAt = (value: number | string, column: number): number | string =>
    value === 'mean' && type !== 'string' ? (input.mean?.[column] ?? 0) : rawOf(value, type);
  if (accepts(given)) return Array.from({ length: input.size }, (_, column) => rawAt(given, column));
  if (!isFields(given)) {
    const expected = given === 'mean' ? expectedOne(given) : `${one}, or one of these by feature`;
    reader.reject('missing', expected, given);
    return undefined;
  }
  const missing = new Array<number | string | undefined>(input.size).fill(undefined);
  for (const [name, value] of Object.entries(given)) {
    const column = names.indexOf(name);
    if (reader.has('features') && input.features === undefined) continue;
    if (column < 0) reader.reject(`missing.${name}`, expectedFeature(names), name);
    else if (!accepts(value)) reader.reject(`missing.${name}`, expectedOne(value), value);
    else missing[column] = rawAt(value, column);
  }
  return missing;
}

function expectedRaw(type: InputType): string {
  if (type === 'string') return 'a text';
  return isFloatType(type) ? `${valueExpected(type)} or "nan"` : valueExpected(type);
}

function isRaw(value: unknown, type: InputType): value is number | string {
  if (type === 'string') return typeof value === 'string';
  return (value === 'nan' && isFloatType(type)) || (typeof value === 'number' && isValueOf(value, type));
}

function rawOf(value: number | string, type: InputType): number | string {
  return value === 'nan' && type !== 'string' ? Number.NaN : value;
}

function expectedFeature(names: readonly string[]): string {
  if (names.length === 0) return 'no feature by name: this input gives its features no names (features)';
  return `the name of one of this input's features`;
}

function areTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((text) => typeof text === 'string') &&
    new Set(value).size === value.length
  );
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAnything(_value: unknown): _value is unknown {
  return true;
}
