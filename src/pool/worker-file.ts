import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { InvalidOptionsError } from '../errors.js';
import { isUrl } from '../is-url.js';
import { toolWorkerEntry, workerEntry } from '../packaged-files.js';

/**
 * The worker's entry as a file URL, which a path with a space or a `#` survives.
 *
 * @param workerFile the option of that name: a path or a file URL, for hosts that bundle this package into one file.
 * @throws {InvalidOptionsError} where there is no such file.
 */
export function resolveWorkerFile(workerFile: string | URL | undefined): string {
  return resolveFile('workerFile', 'worker', workerFile ?? packaged(workerEntry));
}

/**
 * The entry of the tools' worker as a file URL.
 *
 * @param toolWorkerFile the option of that name, as `workerFile`.
 * @throws {InvalidOptionsError} where there is no such file.
 */
export function resolveToolWorkerFile(toolWorkerFile: string | URL | undefined): string {
  return resolveFile('toolWorkerFile', 'tool-worker', toolWorkerFile ?? packaged(toolWorkerEntry));
}

/** The package's own file; null where the package was bundled, and does not know where it lies. */
function packaged(file: () => URL): URL | null {
  try {
    return file();
  } catch {
    return null;
  }
}

function resolveFile(option: string, name: string, given: string | URL | null): string {
  const url = given === null ? null : urlOf(given);
  if (url !== null && isFile(url)) return url.href;
  const expected = `the path or file URL of fraud-scorer/${name} (a host that bundles passes a copy of it)`;
  const received = url === null ? (given === null ? 'nothing' : 'a URL of another kind') : `no file at ${url.href}`;
  throw new InvalidOptionsError([{ path: option, expected, received }]);
}

function urlOf(workerFile: string | URL): URL | null {
  if (isUrl(workerFile)) return workerFile.protocol === 'file:' ? new URL(workerFile.href) : null;
  if (workerFile.startsWith('file:')) return URL.canParse(workerFile) ? new URL(workerFile) : null;
  return pathToFileURL(isAbsolute(workerFile) ? workerFile : resolve(workerFile));
}

function isFile(url: URL): boolean {
  try {
    return statSync(fileURLToPath(url)).isFile();
  } catch {
    // Not there, not to be looked at, or on another host.
    return false;
  }
}
