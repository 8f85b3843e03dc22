import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FraudScorer } from 'fraud-scorer';

/** The exports of a build that the comparison uses. */
interface Build {
  FraudScorer: typeof FraudScorer;
}

/**
 * Finds the entry point of a build.
 *
 * @param directory a checkout, or its dist folder.
 * @returns the path of its `index.js`.
 * @throws {Error} when there is none.
 */
export function findBuild(directory: string): string {
  const candidates = [join(directory, 'dist', 'index.js'), join(directory, 'index.js')].map((path) => resolve(path));
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `--against: expected a checkout with dist/index.js, or its dist folder, received ${directory}; build that checkout first`,
  );
}

/** @throws {Error} when the file is no build of this package. */
export async function loadBuild(path: string): Promise<Build> {
  const exports: unknown = await import(pathToFileURL(path).href);
  if (isBuild(exports)) return exports;
  throw new Error(`${path}: expected an export FraudScorer, received none`);
}

function isBuild(exports: unknown): exports is Build {
  return (
    typeof exports === 'object' &&
    exports !== null &&
    'FraudScorer' in exports &&
    typeof exports.FraudScorer === 'function' &&
    'create' in exports.FraudScorer
  );
}
