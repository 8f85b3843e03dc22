import { HttpError } from './http-error.js';

/** The list in a body such as `{ "requests": [] }`. @throws {HttpError} 400 where there is none, or it is too long. */
export function listIn(body: unknown, name: string, most: number): readonly unknown[] {
  const list: unknown = isObject(body) && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
  if (!Array.isArray(list)) throw refused(name, `an object with ${name}, a list`);
  if (list.length > most) throw refused(name, `at most ${most} of them`);
  return list;
}

function refused(name: string, expected: string): HttpError {
  return new HttpError('ERR_INVALID_REQUEST', `${name}: expected ${expected}`, { pointer: `/${name}` });
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
