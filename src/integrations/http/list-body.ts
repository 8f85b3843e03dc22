import { describeKind } from '../../validation/issues.js';
import { HttpError } from './http-error.js';

/** The list in a body such as `{ "requests": [] }`. @throws {HttpError} 400 where there is none, or it is too long. */
export function listIn(body: unknown, name: string, most: number): readonly unknown[] {
  if (!isObject(body)) throw refusedBody(`an object with ${name}, a list`, body);
  const list: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
  if (!Array.isArray(list)) throw refusedField(name, 'a list', list);
  if (list.length > most) throw refusedField(name, `a list of at most ${most}`, list);
  return list;
}

/** The body as a whole is of another kind. */
export function refusedBody(expected: string, body: unknown): HttpError {
  const message = `The body: expected ${expected}, received ${describeKind(body)}`;
  return new HttpError('ERR_INVALID_REQUEST', message, { pointer: '' });
}

/** A field of the body is not there, or of another kind. @param received in words; what `describeKind` says of the value where it is left out. */
export function refusedField(
  name: string,
  expected: string,
  value: unknown,
  received = describeKind(value),
): HttpError {
  const message = `${name}: expected ${expected}, received ${received}`;
  return new HttpError('ERR_INVALID_REQUEST', message, { pointer: `/${name}` });
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
