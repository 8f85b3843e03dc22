import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demonstrationGraph, demonstrationManifest } from '../packaged-files.js';

/**
 * The directory of the demonstration model that comes with the package.
 *
 * @returns null where it is not there: a host that was bundled into one file, or whose bundler gave the files other names, has none.
 */
export function findBundledModel(): string | null {
  try {
    const manifest = fileURLToPath(demonstrationManifest());
    const isWhole = dirname(fileURLToPath(demonstrationGraph())) === dirname(manifest);
    return isWhole && basename(manifest) === 'model.json' && existsSync(manifest) ? dirname(manifest) : null;
  } catch {
    // A bundle in CommonJS form does not know where it lies.
    return null;
  }
}

/**
 * The same, for programs of this package.
 *
 * @throws {Error} where it is not there.
 */
export function bundledModelDirectory(): string {
  const directory = findBundledModel();
  if (directory === null) throw new Error("the package's demonstration model is not there");
  return directory;
}
