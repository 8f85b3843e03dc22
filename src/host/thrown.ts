import { isNativeError } from 'node:util/types';

// A thrown value can be anything. If a test runner such as Jest loads this package, errors of Node.js's own modules belong to another
// realm,
// and `instanceof Error` is false for them. Errors from a worker thread are copies, which `isNativeError` does not recognise either.

export function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error || hasShapeOfError(value);
}

function hasShapeOfError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('message' in value)) return false;
  return typeof value.name === 'string' && typeof value.message === 'string';
}

/** The `code` of a Node.js error, such as `ENOENT`; null if it has none. */
export function codeOf(value: unknown): string | null {
  return isError(value) && 'code' in value && typeof value.code === 'string' ? value.code : null;
}

export function messageOf(value: unknown): string {
  return isError(value) ? value.message : String(value);
}

export function asError(value: unknown): Error {
  return isError(value) ? value : new Error(String(value));
}
