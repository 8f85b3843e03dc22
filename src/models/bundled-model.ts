import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFile } from '../host/is-file.js';
import { demonstrationGraph, demonstrationManifest } from '../packaged-files.js';
import { type ModelDirectory, openModelFiles } from './model-directory.js';

/** The files of the demonstration model in this package. A bundler may have moved or renamed them. */
interface BundledModel {
  manifestPath: string;
  modelPath: string;
}

/** @returns null if one of them is missing, as in a host that was bundled into one file. */
function findBundledModel(): BundledModel | null {
  try {
    const manifest = demonstrationManifest();
    const model = demonstrationGraph();
    if (!isFile(manifest) || !isFile(model)) return null;
    return { manifestPath: fileURLToPath(manifest), modelPath: fileURLToPath(model) };
  } catch {
    // A bundle in CommonJS form does not know its location.
    return null;
  }
}

export function hasBundledModel(): boolean {
  return findBundledModel() !== null;
}

/** @throws what `openModelDirectory` throws, and if the model is missing. */
export async function openBundledModel(): Promise<ModelDirectory> {
  const { manifestPath, modelPath } = requireBundledModel();
  return openModelFiles(manifestPath, modelPath);
}

/**
 * The directory of the demonstration model, for programs of this package, which are never bundled.
 *
 * @throws {Error} if it is missing.
 */
export function bundledModelDirectory(): string {
  return dirname(requireBundledModel().manifestPath);
}

function requireBundledModel(): BundledModel {
  const model = findBundledModel();
  if (model === null) throw new Error("the package's demonstration model is not there");
  return model;
}
