import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { isUrl } from './is-url.js';

/** Returns the name of a typed array's real kind, whatever its prototype or class says; undefined for everything else. */
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/**
 * The name of the hidden property that says what kind of value an object stands for, as "a Date": the value itself could not come along from another
 * process. Other copies of the package find it under the same symbol.
 */
export const kindSymbol = Symbol.for('fraud-scorer.kind');

/** Kinds that people pass by mistake, each with short advice. */
const kinds: readonly [is: (value: object) => boolean, name: string][] = [
  [types.isDate, 'a Date'],
  [types.isMap, 'a Map (convert it with Object.fromEntries)'],
  [types.isSet, 'a Set'],
  [types.isRegExp, 'a RegExp'],
  [types.isNativeError, 'an Error'],
  [types.isNumberObject, 'a Number object'],
  [types.isStringObject, 'a String object'],
  [types.isBooleanObject, 'a Boolean object'],
  // Checks the shape, because the realm of a test runner, or a polyfill, has its own classes.
  [(value) => hasMethod(value, 'addEventListener') && 'aborted' in value, 'an AbortSignal'],
  [(value) => hasMethod(value, 'abort') && 'signal' in value, 'an AbortController (pass its signal)'],
  [isUrl, 'a URL'],
  [isPromise, 'a promise (await it first)'],
];

/**
 * The name of a built-in kind of object, such as a promise that was not awaited; null for any other object. It never contains the object's
 * data.
 *
 * @throws what a getter or proxy of the host throws.
 */
export function builtInKind(value: object): string | null {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (types.isArrayBufferView(value)) return kindOfView(value);
  if (types.isArrayBuffer(value)) return `an ArrayBuffer of ${value.byteLength} bytes`;
  if (types.isSharedArrayBuffer(value)) return `a SharedArrayBuffer of ${value.byteLength} bytes`;
  const told: unknown = Reflect.get(value, kindSymbol);
  if (typeof told === 'string') return told;
  return kinds.find(([is]) => is(value))?.[1] ?? null;
}

function kindOfView(view: NodeJS.ArrayBufferView): string {
  if (types.isDataView(view)) return `a DataView of ${view.byteLength} bytes`;
  const name = view instanceof Buffer ? 'Buffer' : String(typedArrayName?.call(view));
  return `${/^[AI]/.test(name) ? 'an' : 'a'} ${name} of ${view.length}`;
}

/** A promise of the platform or of a library. */
function isPromise(value: object): boolean {
  return types.isPromise(value) || hasMethod(value, 'then');
}

function hasMethod(value: object, name: string): boolean {
  return name in value && typeof Reflect.get(value, name) === 'function';
}
