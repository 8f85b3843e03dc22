import { types } from 'node:util';
import { describeKind, describeNonNumber, type IssueList } from '../validation/issues.js';
import { builtInKind } from '../validation/object-kinds.js';

import type { RowLayout } from './row-layout.js';

/** The most inputs that a message names. */
const maxNamed = 10;

/** Whether features are an object of inputs. If not, adds the issue. @throws what a proxy of the host throws. */
export function isFeatureObject(
  features: unknown,
  layout: RowLayout,
  issues: IssueList,
  /** What to add if a list was given, and another method takes lists. */
  hintOfList = '',
): features is Readonly<Record<string, unknown>> {
  if (typeof features === 'object' && features !== null && builtInKind(features) === null) {
    if (!isRequest(features, layout)) return true;
    issues.add('features', expectedFeatures(layout), 'a request (pass its features)');
    return false;
  }
  const hint = Array.isArray(features) ? hintOfList : '';
  issues.add('features', expectedFeatures(layout), describeKind(features) + hint);
  return false;
}

export function expectedFeatures(layout: RowLayout): string {
  return `an object with an array for each input (${namesOf(layout)})`;
}

/** An input that the model does not have. */
export function addUnknownInput(name: string, layout: RowLayout, issues: IssueList): void {
  issues.addUnknown('features', name, `only the inputs ${namesOf(layout)}`, 'an unknown input');
}

/** Whether a value is an array of the input's kind. Its length and values are checked separately. */
export function isNumberArray(values: unknown): values is Indexable {
  return Array.isArray(values) || (isNumericView(values) && !isBigIntArray(values));
}

/** Describes a value that is not an array and, if it is short, how to make an array of it. @throws what a proxy of the host throws. */
export function describeNonArray(values: unknown): string {
  const kind = describeKind(values);
  if (typeof values !== 'object' || values === null) return kind;
  if (types.isProxy(values)) return 'a Proxy (pass the array behind it)';
  if (isBigIntArray(values)) return `${kind} (convert it with Array.from(array, Number))`;
  if (types.isDataView(values)) return `${kind} (pass a typed array over its buffer)`;
  if (types.isAnyArrayBuffer(values)) return `${kind} (pass a typed array over it)`;
  if (types.isSet(values)) return `${kind} (pass [...values])`;
  if (types.isMap(values)) return 'a Map';
  return builtInKind(values) === null ? describeObject(values) : kind;
}

/** Describes an array of a wrong length. For columns, `rows` is the number of rows that it would fit. */
export function describeLength(list: Indexable, expected: number, valuesPerRow?: number): string {
  const { length } = list;
  const first: unknown = list[0];
  if (Array.isArray(first) || isNumericView(first)) return 'a nested array (put all values into one array)';
  if (isBytes(list) && length === expected * Float32Array.BYTES_PER_ELEMENT) {
    return `${describeKind(list)} (if these are the bytes of float32 values, pass a Float32Array over them)`;
  }
  if (valuesPerRow === undefined || length % valuesPerRow !== 0) return `one of ${length}`;
  const rows = length / valuesPerRow;
  return `one of ${length} (${rows} ${rows === 1 ? 'row' : 'rows'})`;
}

/** Describes a value of a wrong kind. */
export function describeNonValue(value: unknown): string {
  return typeof value === 'boolean' ? 'a boolean (pass 1 or 0)' : describeNonNumber(value);
}

/** For messages: "an array of 3 finite numbers". */
export function expectedArray(size: number): string {
  return `an array of ${size} finite ${size === 1 ? 'number' : 'numbers'}`;
}

/** The names of the inputs, shortened if there are many. */
export function namesOf({ inputs }: RowLayout): string {
  const names = inputs.slice(0, maxNamed).map(({ name }) => name);
  if (inputs.length > maxNamed) names.push(`and ${inputs.length - maxNamed} more`);
  return names.join(', ');
}

/** An object of no built-in kind. JSON turns typed arrays and Buffers into such objects, and the message must tell the host so. */
function describeObject(values: object): string {
  if ('length' in values) return 'an array-like object (convert it with Array.from)';
  if (Symbol.iterator in values) return 'an iterable object (pass [...values])';
  if ('type' in values && values.type === 'Buffer' && 'data' in values && Array.isArray(values.data)) {
    return 'what JSON.stringify makes of a Buffer (send [...buffer] instead)';
  }
  const keys = Object.keys(values);
  if (keys.length === 0 || !keys.every((key, index) => key === String(index))) return 'an object';
  const range = keys.length === 1 ? 'the key 0' : `the keys 0 to ${keys.length - 1}`;
  return `an object with ${range}, which is what JSON.stringify makes of a typed array (send [...array] instead)`;
}

/** Whether a whole request was given in place of its features, and no input is called `features`. */
function isRequest(features: object, layout: RowLayout): boolean {
  if (!('features' in features) || typeof features.features !== 'object') return false;
  return !layout.inputs.some(({ name }) => name === 'features' || Object.hasOwn(features, name));
}

function isBigIntArray(values: unknown): boolean {
  return types.isBigInt64Array(values) || types.isBigUint64Array(values);
}

function isBytes(values: unknown): boolean {
  return types.isUint8Array(values) || types.isInt8Array(values) || types.isUint8ClampedArray(values);
}

export type Indexable = ArrayLike<unknown>;

/** Whether it is an own field of the object that is not an input. */
export function isUnknown(inputs: object, name: string, layout: RowLayout): boolean {
  return Object.hasOwn(inputs, name) && !layout.inputs.some((input) => input.name === name);
}

export function isNumericView(values: unknown): values is Indexable & ArrayBufferView {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}
