import { inputTypes, isFloatType } from '../protocol/input-values.js';
import type { InputType } from '../protocol/row-layout.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeKind, type IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { readCategories, readMissing, readUnknownCategory } from './manifest-missing.js';
import { notReserved, reservedName } from './reserved-name.js';

/** One input of a model, as its manifest describes it. Lists have an item for each feature. */
export interface ManifestInput {
  name: string;
  /** Features per row. */
  size: number;
  /** The features' names. */
  features?: string[];
  /** A description of each feature, for people. */
  descriptions?: string[];
  /** @default 'float32' */
  type?: InputType;
  /**
   * The graph's axes after the axis of rows, if they are not just [size]. Their product is the size. Empty for a graph that takes [rows].
   */
  shape?: readonly number[];
  /** Mean of the training data. Features are normalised as (x − mean) / (std + 1e-8). Given together with `std`, or not at all. */
  mean?: number[];
  std?: number[];
  /** The raw value that replaces a missing feature (a text for string inputs); undefined if a missing value is refused. */
  missing?: (number | string | undefined)[];
  /** The texts that a feature may have. A string input takes the text; any other input takes its index in the list. */
  categories?: (string[] | undefined)[];
  /** The raw value of a text that is not in the list. @default it is refused */
  unknownCategory?: number | string;
}

export function readInputs(reader: FieldReader, issues: IssueList): ManifestInput[] {
  const list = reader.required('inputs', 'a list of at least one input', isFilledArray) ?? [];
  const inputs = list.map((item, index) => readInput(item, `inputs[${index}]`, issues));
  for (const [index, input] of inputs.entries()) {
    const first = inputs.findIndex((other) => other.name === input.name);
    if (input.name !== '' && first < index)
      issues.add(`inputs[${index}].name`, 'a name of its own', `that of inputs[${first}]`);
  }
  refuseSharedNames(inputs, issues);
  return inputs;
}

/** In a request, a name must not mean both an input and a feature of another input. */
function refuseSharedNames(inputs: readonly ManifestInput[], issues: IssueList): void {
  const places = new Map(inputs.map(({ name }, index) => [name, index]));
  for (const [index, { features }] of inputs.entries()) {
    for (const [column, feature] of features?.entries() ?? []) {
      const other = places.get(feature);
      if (other === undefined || other === index || feature === '') continue;
      const expected = 'a name that no other input has: a request could mean either';
      issues.add(`inputs[${index}].features[${column}]`, expected, `the name of inputs[${other}]`);
    }
  }
}

function readInput(value: unknown, path: string, issues: IssueList): ManifestInput {
  const reader = new FieldReader(value ?? null, path, issues);
  const name = reader.required('name', "the name of a graph's input", isText) ?? '';
  if (name === reservedName) reader.reject('name', notReserved, name);
  const before = issues.total;
  const size = reader.required('size', 'an integer of at least 1', isSize) ?? 0;
  const type = reader.oneOf('type', inputTypes, 'float32');
  const input: ManifestInput = { name, size };
  if (issues.total > before) {
    // The meaning of these lists depends on both.
    reader.skip('shape', 'features', 'descriptions', 'mean', 'std', 'categories', 'unknownCategory', 'missing');
    reader.rejectMisspelt();
    return input;
  }
  if (reader.has('type')) input.type = type;
  const shape = reader.value(
    'shape',
    `a list of integers of at least 1 whose product is the size, ${size}`,
    isShapeOf(size),
  );
  if (shape) input.shape = shape;
  const features = readColumn(reader, 'features', 'texts that are not empty', size, isText);
  const reserved = features?.indexOf(reservedName) ?? -1;
  if (reserved >= 0) reader.reject(`features[${reserved}]`, notReserved, reservedName);
  const descriptions = readColumn(reader, 'descriptions', 'texts that are not empty', size, isText);
  if (features) input.features = features;
  if (descriptions) input.descriptions = descriptions;
  readScaling(reader, type, input);
  const categories = readCategories(reader, type, input);
  if (categories) input.categories = categories;
  const unknownCategory = readUnknownCategory(reader, type, input);
  if (unknownCategory !== undefined) input.unknownCategory = unknownCategory;
  const missing = readMissing(reader, type, input);
  if (missing) input.missing = missing;
  reader.rejectMisspelt();
  return input;
}

function readScaling(reader: FieldReader, type: InputType, input: ManifestInput): void {
  const isNumber = type === 'float64' ? isAnyFinite : isFinite32;
  const isDeviation = (value: unknown): value is number => isNumber(value) && value >= 0;
  const before = reader.issues.total;
  const mean = readColumn(reader, 'mean', 'finite numbers', input.size, isNumber);
  const std = readColumn(reader, 'std', 'finite numbers of at least 0', input.size, isDeviation);
  if (reader.issues.total > before) return;
  // An empty list counts as absent, and mean without std (or the reverse) would be no normalisation.
  if ((mean === undefined) !== (std === undefined)) {
    reader.reject(mean === undefined ? 'mean' : 'std', 'mean and std together', undefined);
  }
  if (!mean || !std) return;
  if (isFloatType(type)) Object.assign(input, { mean, std });
  else reader.reject('mean', `no mean and std: values of type ${type} are not normalised`, mean);
}

/** A list with an item for each feature. An empty list counts as absent. */
function readColumn<T>(
  reader: FieldReader,
  name: string,
  what: string,
  size: number,
  accepts: (value: unknown) => value is T,
): T[] | undefined {
  const values = reader.value(name, `a list of ${size} ${what}`, Array.isArray);
  if (values === undefined || values.length === 0) return undefined;
  if (values.length !== size) {
    reader.reject(name, `a list of ${size} ${what}`, values);
    return undefined;
  }
  const bad = values.findIndex((value) => !accepts(value));
  if (bad >= 0) reader.reject(`${name}[${bad}]`, `one of ${size} ${what}`, values[bad]);
  return values.filter(accepts);
}

function isFilledArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000;
}

/** The runtime supports no tensor with more axes. */
const mostAxes = 8;

function isShapeOf(size: number): (value: unknown) => value is number[] {
  return (value): value is number[] =>
    Array.isArray(value) &&
    value.length < mostAxes &&
    value.every(isSize) &&
    value.reduce((product, axis) => product * axis, 1) === size;
}

function isFinite32(value: unknown): value is number {
  return typeof value === 'number' && describeKind(value) === 'a number';
}

function isAnyFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
