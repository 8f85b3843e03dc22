import { fileURLToPath, URL } from 'node:url';
import { InvalidOptionsError } from '../errors.js';
import { isUrl } from '../validation/is-url.js';
import { describeValue } from '../validation/issues.js';

/** Describes how a model directory may be given, for issues. */
export const expectedLocation = 'the path or file URL of a model directory';

/**
 * The path of a model directory that was given as a path, a `URL` or the text of a file URL.
 *
 * @returns null if it is neither a path nor a file URL of this machine.
 */
export function pathOfLocation(location: unknown): string | null {
  if (isUrl(location)) return pathOfUrl(location.href);
  if (typeof location !== 'string' || location === '') return null;
  return location.startsWith('file:') ? pathOfUrl(location) : location;
}

export function isLocation(value: unknown): value is string | URL {
  return pathOfLocation(value) !== null;
}

/**
 * The same for an argument of a function.
 *
 * @throws {InvalidOptionsError} if it is not a location. The issue has the argument's name.
 */
export function requirePath(location: unknown, name: string): string {
  const path = pathOfLocation(location);
  if (path !== null) return path;
  throw new InvalidOptionsError([{ path: name, expected: expectedLocation, received: describeValue(location) }]);
}

function pathOfUrl(href: string): string | null {
  try {
    const url = new URL(href);
    return url.protocol === 'file:' ? fileURLToPath(url) : null;
  } catch {
    // Not a URL, or a URL with a host or an encoded slash.
    return null;
  }
}
