import { existsSync } from 'node:fs';
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
  const url = workerFile === undefined ? packagedWorker() : urlOf(workerFile);
  if (url !== null && existsSync(fileURLToPath(url))) return url.href;
  throw new InvalidOptionsError([
    {
      path: 'workerFile',
      expected:
        workerFile === undefined
          ? "the worker's entry beside the package (a host that bundles passes a copy of fraud-scorer/worker)"
          : 'the path or file URL of a file',
      received: url === null ? 'a URL of another kind' : 'none there',
    },
  ]);
}

/** Beside this module in the published package; in `dist` when the sources run, as in this project's own tests. */
function packagedWorker(): URL {
  const beside = new URL('./worker.js', import.meta.url);
  return existsSync(fileURLToPath(beside)) ? beside : new URL('../../dist/worker.js', import.meta.url);
}

function urlOf(workerFile: string | URL): URL | null {
  if (workerFile instanceof URL) return workerFile.protocol === 'file:' ? workerFile : null;
  if (workerFile.startsWith('file:')) return new URL(workerFile);
  return pathToFileURL(isAbsolute(workerFile) ? workerFile : resolve(workerFile));
}
