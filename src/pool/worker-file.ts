import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidOptionsError } from '../errors.js';

/**
 * The worker's entry as a file URL, which a path with a space or a `#` survives.
 *
 * @param workerFile the option of that name: a path or a file URL, for hosts that bundle this package into one file.
 * @throws {InvalidOptionsError} where there is no such file.
 */
export function resolveWorkerFile(workerFile: string | URL | undefined): string {
  return resolveFile('workerFile', 'worker', workerFile);
}

/**
 * The entry of the tools' worker as a file URL.
 *
 * @param toolWorkerFile the option of that name, as `workerFile`.
 * @throws {InvalidOptionsError} where there is no such file.
 */
export function resolveToolWorkerFile(toolWorkerFile: string | URL | undefined): string {
  return resolveFile('toolWorkerFile', 'tool-worker', toolWorkerFile);
}

function resolveFile(option: string, name: string, given: string | URL | undefined): string {
  const url = given === undefined ? packagedFile(`${name}.js`) : urlOf(given);
  if (url !== null && isFile(url)) return url.href;
  throw new InvalidOptionsError([
    {
      path: option,
      expected:
        given === undefined
          ? `fraud-scorer's ${name}.js beside the package (a host that bundles passes a copy of fraud-scorer/${name})`
          : 'the path or file URL of a file',
      received: url === null ? 'a URL of another kind' : 'no file there',
    },
  ]);
}

/** Beside this module in the published package; in `dist` when the sources run, as in this project's own tests. */
function packagedFile(name: string): URL {
  const beside = new URL(`./${name}`, import.meta.url);
  return existsSync(fileURLToPath(beside)) ? beside : new URL(`../../dist/${name}`, import.meta.url);
}

function urlOf(workerFile: string | URL): URL | null {
  if (workerFile instanceof URL) return workerFile.protocol === 'file:' ? workerFile : null;
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
