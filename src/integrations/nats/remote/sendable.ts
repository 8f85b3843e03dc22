import { isTypedArray } from 'node:util/types';
import { shownName } from '../../../errors/foreign-names.js';
import { InvalidRequestError, type Issue } from '../../../errors.js';
import { describeKind } from '../../../validation/issues.js';
import { builtInKind } from '../../../validation/object-kinds.js';

const deepest = 4;
const int64 = 63n;

/**
 * A copy of a request in plain objects, lists, numbers, bigints, booleans and texts, as it can be sent. The node checks it.
 *
 * @throws {InvalidRequestError} if it holds something that no message can carry, such as a function or a Map, which no model takes either.
 */
export function sendable(request: unknown): unknown {
  let value: unknown = request;
  try {
    if (typeof request === 'object' && request !== null && Reflect.get(request, 'features') !== undefined) {
      const { id, amount, features } = request as Record<string, unknown>;
      value = { ...(id === undefined ? {} : { id }), ...(amount === undefined ? {} : { amount }), features };
    }
    return copyOf(value, 'request', 0);
  } catch (error) {
    if (error instanceof InvalidRequestError) throw error;
    throw refused({
      path: 'request',
      expected: 'an object that can be read',
      received: 'one that throws when it is read',
    });
  }
}

function copyOf(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'string':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      if (BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value) return value;
      throw refused({ path, expected: `an integer below 2^${int64 + 1n}`, received: 'a larger one' });
    case 'object':
      return value === null ? null : copyOfObject(value, path, depth);
    default:
      throw refused({ path, expected: 'a value that a message can carry', received: describeKind(value) });
  }
}

function copyOfObject(value: object, path: string, depth: number): unknown {
  if (depth >= deepest) {
    throw refused({ path, expected: `at most ${deepest} levels of objects and lists`, received: 'more' });
  }
  if (isTypedArray(value)) return Array.from<number | bigint>(value as Iterable<number | bigint> & typeof value);
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, index) => copyOf(item, `${path}[${index}]`, depth + 1));
  const kind = builtInKind(value);
  if (kind !== null) throw refused({ path, expected: 'a plain object, a list or a typed array', received: kind });
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const own = path === 'request' ? name : `${path}.${shownName(name)}`;
    if (name === '__proto__')
      throw refused({ path: own, expected: 'another name', received: 'a name that no message can carry' });
    copy[name] = copyOf(field, own, depth + 1);
  }
  return copy;
}

function refused(issue: Issue): InvalidRequestError {
  return new InvalidRequestError([issue]);
}
