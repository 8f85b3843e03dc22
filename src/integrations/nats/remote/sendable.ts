import { isTypedArray } from 'node:util/types';
import { InvalidRequestError } from '../../../errors.js';
import { isPlainObject, isVisible } from '../../../requests/object-fields.js';
import { describeKind } from '../../../validation/issues.js';
import { builtInKind } from '../../../validation/object-kinds.js';
import { AbsentValue, DescribedValue, type OddField, OddObject } from '../wire/odd-values.js';

/** A request has features, and an input of them has its own. No reader looks into objects below, and into lists one level further. */
const deepestObject = 2;
const deepestList = 3;

/** Stands for all integers that 64 bits do not hold. No model takes it. */
const tooLarge = 2n ** 64n - 1n;

/**
 * A copy of a request in the forms that can be sent. The node's own reader says what is wrong with it, so that a request is accepted or refused
 * as it is by a scorer in this process.
 *
 * @param longestList a longer list, which no message holds, is described in place of being copied: one with holes may cost nothing to make.
 * @throws {InvalidRequestError} if a getter or proxy of the host throws.
 */
export function sendable(request: unknown, longestList: number): unknown {
  let value: unknown = request;
  try {
    if (typeof request === 'object' && request !== null && Reflect.get(request, 'features') !== undefined) {
      const { id, amount, features }: { id?: unknown; amount?: unknown; features?: unknown } = request;
      value = { ...(id === undefined ? {} : { id }), ...(amount === undefined ? {} : { amount }), features };
    }
    return copyOf(value, 0, longestList);
  } catch {
    // Its error may quote data, so it is not passed on.
    const received = 'one that throws when it is read';
    throw new InvalidRequestError([{ path: 'request', expected: 'an object that can be read', received }]);
  }
}

function copyOf(value: unknown, depth: number, longestList: number): unknown {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'string':
      return value;
    case 'undefined':
      return new AbsentValue();
    case 'bigint':
      return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value ? value : tooLarge;
    case 'object':
      return value === null ? null : copyOfObject(value, depth, longestList);
    default:
      return new DescribedValue(describeKind(value));
  }
}

function copyOfObject(value: object, depth: number, longestList: number): unknown {
  const isList = Array.isArray(value) || isTypedArray(value);
  const isBeyond = depth > (isList ? deepestList : deepestObject);
  if (isBeyond || (isList && value.length > longestList)) return new DescribedValue(describeKind(value));
  if (isTypedArray(value)) return Array.from<number | bigint>(value as Iterable<number | bigint> & typeof value);
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => copyOf(item, depth + 1, longestList));
  const isPlain = isPlainObject(value);
  const kind = isPlain ? null : builtInKind(value);
  if (kind !== null) return new DescribedValue(kind);
  const inherited = isPlain ? [] : inheritedNames(value);
  const names = Object.getOwnPropertyNames(value);
  const isOdd = (name: string): boolean => name === '__proto__' || !isVisible(value, name);
  if (inherited.length > 0 || names.some(isOdd)) {
    const fields = names.map(
      (name): OddField => [name, copyOf(Reflect.get(value, name), depth + 1, longestList), isVisible(value, name)],
    );
    return new OddObject(fields, inherited);
  }
  const copy: Record<string, unknown> = {};
  for (const name of names) copy[name] = copyOf(Reflect.get(value, name), depth + 1, longestList);
  return copy;
}

/** The names that an object has through its class or another prototype. Those that all objects have do not count. */
function inheritedNames(object: object): string[] {
  const names = new Set<string>();
  for (let holder = prototypeOf(object); holder !== null; holder = prototypeOf(holder)) {
    for (const name of Object.getOwnPropertyNames(holder)) if (!(name in Object.prototype)) names.add(name);
  }
  return [...names];
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object);
}
