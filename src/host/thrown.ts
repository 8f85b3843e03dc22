import { isNativeError } from 'node:util/types';

// What was thrown can be anything. Errors of Node.js's own modules are of another realm where a test runner such as Jest loads this package:
// `instanceof Error` is false for them. Errors that come from a worker thread are copies, which `isNativeError` does not know either.

export function isError(value: unknown): value is Error {
  return isNativeError(value) || value instanceof Error || hasShapeOfError(value);
}

function hasShapeOfError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('message' in value)) return false;
  return typeof value.name === 'string' && typeof value.message === 'string';
}

/** The `code` of an error of Node.js, such as `ENOENT`; null where there is none. */
export function codeOf(value: unknown): string | null {
  return isError(value) && 'code' in value && typeof value.code === 'string' ? value.code : null;
}

export function messageOf(value: unknown): string {
  return isError(value) ? value.message : String(value);
}

export function asError(value: unknown): Error {
  return isError(value) ? value : new Error(String(value));
}
