import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFile } from '../host/is-file.js';
import { demonstrationGraph, demonstrationManifest } from '../packaged-files.js';
import { type ModelDirectory, openModelFiles } from './model-directory.js';

/** The files of the demonstration model that comes with the package. A bundler may have put them anywhere, under any names. */
interface BundledModel {
  manifestPath: string;
  modelPath: string;
}

/** @returns null where one of them is not there: a host that was bundled into one file has none. */
function findBundledModel(): BundledModel | null {
  try {
    const manifest = demonstrationManifest();
    const model = demonstrationGraph();
    if (!isFile(manifest) || !isFile(model)) return null;
    return { manifestPath: fileURLToPath(manifest), modelPath: fileURLToPath(model) };
  } catch {
    // A bundle in CommonJS form does not know where it lies.
    return null;
  }
}

export function hasBundledModel(): boolean {
  return findBundledModel() !== null;
}

/** @throws as `openModelDirectory` does, and where it is not there. */
export async function openBundledModel(): Promise<ModelDirectory> {
  const { manifestPath, modelPath } = requireBundledModel();
  return openModelFiles(manifestPath, modelPath);
}

/**
 * The directory of the demonstration model, for programs of this package, which no bundler touches.
 *
 * @throws {Error} where it is not there.
 */
export function bundledModelDirectory(): string {
  return dirname(requireBundledModel().manifestPath);
}

function requireBundledModel(): BundledModel {
  const model = findBundledModel();
  if (model === null) throw new Error("the package's demonstration model is not there");
  return model;
}
