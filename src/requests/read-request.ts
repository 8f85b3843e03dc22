import { isFloat32Array } from 'node:util/types';
import { InvalidRequestError } from '../errors.js';
import { describeKind, describeNonNumber, describeNonText, IssueList } from '../validation/issues.js';
import { builtInKind } from '../validation/object-kinds.js';
import { addChange, listFeatureIssues } from './feature-issues.js';
import { expectedFeatures, type Indexable, isNumericView, isUnknown } from './feature-shape.js';
import type { RowLayout } from './row-layout.js';

type Fields = { readonly [name in 'id' | 'amount' | 'features']?: unknown };

/** Reads features that are not arrays of finite float32 values. See `FeatureReader`. */
export interface OtherReader {
  /** Whether the version accepts more than finite float32 values, also in arrays. Then it reads all features here. */
  readonly isForMore: boolean;
  /** @returns whether the features were written to the row that begins at this value. */
  write(features: unknown, start: number): boolean;
  /** Lists what is wrong with refused features. */
  listIssues(features: unknown, issues: IssueList, layout: RowLayout): void;
}

/** For versions that accept only arrays. */
const noOtherReader: OtherReader = {
  isForMore: false,
  write: () => false,
  listIssues: (features, issues, layout) => listFeatureIssues(features, layout, issues),
};

/**
 * Checks a request and copies its features into a row.
 *
 * @param amounts receives the request's amount at `amountAt`, or NaN if it has none.
 * @returns the request's id, if it has one.
 * @throws {InvalidRequestError} with everything that is wrong. It never holds values or ids.
 */
export function readRequest(
  request: unknown,
  layout: RowLayout,
  row: Float32Array,
  start: number,
  other: OtherReader = noOtherReader,
  amounts: Float64Array | null = null,
  amountAt = 0,
): string | undefined {
  // Refused last: nothing is wrong with it on the second reading, so it changed while it was read.
  let refused: 'request' | 'features' = 'request';
  try {
    if (typeof request === 'object' && request !== null) {
      const { id, amount, features }: Fields = request;
      if (isId(id) && isAmount(amount)) {
        refused = 'features';
        if (amounts !== null) amounts[amountAt] = amount ?? Number.NaN;
        if (writeFeatures(features, layout, row, start, other)) return id;
      }
    }
  } catch {
    // A getter or proxy of the host threw. Its error may quote data, so it is not passed on.
  }
  throw invalidRequest(request, layout, refused, other);
}

/**
 * Copies a request's features into a row, in any form.
 *
 * @returns whether everything was valid.
 */
export function writeFeatures(
  features: unknown,
  layout: RowLayout,
  row: Float32Array,
  start: number,
  other: OtherReader,
): boolean {
  if (other.isForMore) return other.write(features, start);
  return writeFeatureRow(features, layout, row, start) || (isByName(features, layout) && other.write(features, start));
}

function isId(id: unknown): id is string | undefined {
  return id === undefined || (typeof id === 'string' && id !== '');
}

function isAmount(amount: unknown): amount is number | undefined {
  return amount === undefined || (typeof amount === 'number' && Number.isFinite(amount));
}

/**
 * Whether some input is not given as an array, so that its features may be given by name. If a getter returns an array now, the features
 * are not read by name: the array was refused before, so it must have changed.
 */
function isByName(features: unknown, { inputs }: RowLayout): boolean {
  if (typeof features !== 'object' || features === null) return false;
  for (const { name } of inputs) {
    const value: unknown = Object.hasOwn(features, name) ? Reflect.get(features, name) : undefined;
    if (!Array.isArray(value) && !isNumericView(value)) return true;
  }
  return false;
}

/** Reads the request again to list what is wrong. This is separate from the first reading, so that a valid request costs nothing more. */
function invalidRequest(
  request: unknown,
  layout: RowLayout,
  refused: 'request' | 'features',
  other: OtherReader,
): InvalidRequestError {
  const issues = new IssueList();
  try {
    if (typeof request !== 'object' || request === null) {
      issues.add('request', 'an object with features', describeKind(request));
    } else {
      listIssues(request, layout, issues, other);
    }
  } catch {
    issues.add('request', 'an object that can be read', 'one that throws when it is read');
  }
  if (issues.total === 0) addChange(refused, issues);
  return new InvalidRequestError(issues.listed, issues.total);
}

function listIssues(request: Fields, layout: RowLayout, issues: IssueList, other: OtherReader): void {
  const { id, amount, features } = request;
  const kind = features === undefined ? builtInKind(request) : null;
  if (kind !== null) {
    const hint = Array.isArray(request) ? ' (scoreMany takes several requests)' : '';
    issues.add('request', 'an object with features', kind + hint);
    return;
  }
  if (!isId(id)) issues.add('id', 'a non-empty string', describeNonText(id));
  if (!isAmount(amount)) issues.add('amount', 'a finite number', describeNonNumber(amount));
  const misplaced = features === undefined ? inputsIn(request, layout) : '';
  if (misplaced === '') other.listIssues(features, issues, layout);
  else
    issues.add(
      'features',
      expectedFeatures(layout),
      `nothing (the request itself has ${misplaced}: put them into features)`,
    );
}

/** The names of inputs that are fields of the request itself. */
function inputsIn(request: object, { inputs }: RowLayout): string {
  const names = inputs.map(({ name }) => name).filter((name) => Object.hasOwn(request, name));
  return names.slice(0, 3).join(', ');
}

/**
 * Checks a request's features and copies them into a row in the same pass. It checks the copied values. So a host that changes its arrays,
 * or whose getters return different values each time, cannot bypass the check.
 *
 * @param features the request's `features`, of any type.
 * @param row private memory with at least `start + layout.size` values. It holds undefined values if the features are refused.
 * @returns whether everything was valid. If not, `listFeatureIssues` says what was wrong.
 */
export function writeFeatureRow(features: unknown, layout: RowLayout, row: Float32Array, start: number): boolean {
  try {
    return writeInputs(features, layout, row, start);
  } catch {
    // A getter or proxy of the host threw.
    return false;
  }
}

function writeInputs(features: unknown, layout: RowLayout, row: Float32Array, start: number): boolean {
  if (typeof features !== 'object' || features === null) return false;
  const inputs = features as Readonly<Record<string, unknown>>;
  for (const input of layout.inputs) {
    if (!Object.hasOwn(inputs, input.name)) return false;
    if (!writeInput(inputs[input.name], input.size, row, start + input.offset)) return false;
  }
  // A host usually gives the inputs in the same order, and mostly in the manifest's order.
  let place = 0;
  for (const name in inputs) {
    if (name !== layout.inputs[place]?.name && isUnknown(inputs, name, layout)) return false;
    place += 1;
  }
  return true;
}

function writeInput(values: unknown, size: number, row: Float32Array, start: number): boolean {
  // A separate loop for each kind of array keeps each loop fast. The kind is checked by internal type, because any object can have the
  // prototype of a Float32Array.
  if (isFloat32Array(values)) return values.length === size && copyFloat32(values, row, start, size);
  if (!Array.isArray(values) && !isNumericView(values)) return false;
  return values.length === size && copyNumbers(values, row, start, size);
}

/**
 * A value read from a real Float32Array is always a float32 value, or undefined beyond its end, no matter what was done to the object. Only
 * NaN, the infinities and undefined give NaN when subtracted from themselves, and any of them makes the sum NaN.
 */
function copyFloat32(values: Float32Array, row: Float32Array, start: number, size: number): boolean {
  // Two sums side by side, because each addition waits for the previous one.
  let even = 0;
  let odd = 0;
  let index = 0;
  for (; index + 1 < size; index += 2) {
    const first = values[index] as number;
    const second = values[index + 1] as number;
    row[start + index] = first;
    row[start + index + 1] = second;
    even += first - first;
    odd += second - second;
  }
  if (index < size) {
    const last = values[index] as number;
    row[start + index] = last;
    even += last - last;
  }
  return even + odd === 0;
}

function copyNumbers(values: Indexable, row: Float32Array, start: number, size: number): boolean {
  for (let index = 0; index < size; index += 1) {
    const value = values[index];
    if (typeof value !== 'number') return false;
    const rounded = Math.fround(value);
    if (rounded - rounded !== 0) return false;
    row[start + index] = rounded;
  }
  return true;
}
