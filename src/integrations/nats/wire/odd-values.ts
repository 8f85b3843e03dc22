import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';
import { kindSymbol } from '../../../validation/object-kinds.js';

// What MessagePack has no form for, and a node's reader must see all the same: it refuses a feature that is a Date, or is there only through a
// class, and must not take it for one that is missing.

/** Stands for a value that no message carries, such as a function or a Date. Messages about it name the kind of the original. */
export class DescribedValue {
  readonly [kindSymbol]: string;

  /** @param kind for example "a Date". */
  constructor(kind: string) {
    this[kindSymbol] = kind.slice(0, longestKind);
  }
}

/** Stands for `undefined` while a value is packed. */
export class AbsentValue {}

/** An object that is not only own enumerable fields of ordinary names. */
export class OddObject {
  readonly fields: readonly OddField[];
  readonly inherited: readonly string[];

  /** @param inherited names that it has through its class or another prototype. */
  constructor(fields: readonly OddField[], inherited: readonly string[]) {
    this.fields = fields;
    this.inherited = inherited;
  }
}

/** An own field: its name, its value, and whether a loop over the fields shows it. */
export type OddField = readonly [name: string, value: unknown, isVisible: boolean];

/** In characters. */
const longestKind = 200;

/** The types of extensions. */
export const extensions = { described: 0, absent: 1, object: 2 } as const;

export const packing = { forceIntegerToFloat: true, useBigInt64: true, maxDepth: 16 } as const;

export const oddValues = new ExtensionCodec();

oddValues.register({
  type: extensions.described,
  encode: (value) => (value instanceof DescribedValue ? new TextEncoder().encode(value[kindSymbol]) : null),
  decode: (bytes) => new DescribedValue(new TextDecoder().decode(bytes)),
});

oddValues.register({
  type: extensions.absent,
  encode: (value) => (value instanceof AbsentValue ? new Uint8Array(0) : null),
  decode: () => undefined,
});

oddValues.register({
  type: extensions.object,
  encode: (value) =>
    value instanceof OddObject
      ? encode([value.fields, value.inherited], { ...packing, extensionCodec: oddValues })
      : null,
  decode: (bytes) => objectOf(decode(bytes, { useBigInt64: true, extensionCodec: oddValues })),
});

/** The object as it was, except that what it inherits has no values. @throws {TypeError} if it was not made by `OddObject`. */
function objectOf(value: unknown): object {
  if (!Array.isArray(value)) throw new TypeError('expected a list');
  const [fields, inherited]: unknown[] = value;
  if (!Array.isArray(fields) || !Array.isArray(inherited)) throw new TypeError('expected two lists');
  const prototype = {};
  for (const name of inherited) define(prototype, name, undefined, true);
  const object: object = inherited.length > 0 ? Object.create(prototype) : {};
  for (const field of fields) {
    if (!Array.isArray(field)) throw new TypeError('expected a field');
    define(object, field[0], field[1], field[2] === true);
  }
  return object;
}

/** Defined, because a name may be `__proto__`. */
function define(object: object, name: unknown, value: unknown, enumerable: boolean): void {
  if (typeof name !== 'string') throw new TypeError('expected a name');
  Object.defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
}
