import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  FEATURES,
  type FeatureBuilder,
  type NamedFeatures,
  namedFeatures,
  type ReferenceFeatures,
  type Transaction,
} from 'fraud-scorer/reference';
import { UsageError } from './usage-error.js';

/** The part of a manifest that tells the form of features. */
interface Input {
  name: string;
  /** undefined if the features have no names. */
  features?: readonly string[];
}

interface Version {
  version: unknown;
  inputs: readonly Input[];
}

/** Creates the features of a transaction. */
export interface FeatureSource {
  next: (transaction: Transaction) => NamedFeatures | ReferenceFeatures;
}

const inputs: ReadonlySet<string> = new Set(Object.keys(FEATURES));
const names: readonly string[] = Object.values(FEATURES).flatMap((list) => list.map(({ name }) => name));

/**
 * Chooses the form of features that all versions accept. By name if each version names its features, so that versions may have other
 * inputs; else as an array for each input.
 *
 * @param directories the directories of the versions.
 * @throws UsageError if a version needs a feature that a transaction does not have.
 */
export async function featureForm(
  directories: readonly (string | URL)[],
  builder: FeatureBuilder,
): Promise<FeatureSource> {
  const read = await Promise.all(directories.map(readVersion));
  const versions = read.filter((version) => version !== null);
  const areNamed = versions.every((version) => version.inputs.every(({ features }) => features !== undefined));
  const known = new Set(areNamed ? names : inputs);
  for (const { version, inputs } of versions) {
    const wanted = inputs.flatMap(({ name, features = [] }) => (areNamed ? features : [name]));
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length === 0) continue;
    const what = areNamed ? 'features' : 'inputs';
    const list = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', …' : '');
    throw new UsageError(
      `version ${version} takes other features than the reference ones: it needs the ${what} ${list}`,
    );
  }
  if (!areNamed) return builder;
  const wanted = new Set(versions.flatMap((version) => version.inputs.flatMap(({ features = [] }) => features)));
  // A name that no version knows would be refused.
  const unknown = names.filter((name) => !wanted.has(name));
  return {
    next: (transaction) => {
      const named = namedFeatures(builder.next(transaction));
      for (const name of unknown) delete named[name];
      return named;
    },
  };
}

/** null for a manifest that the scorer will refuse with its own message. */
async function readVersion(directory: string | URL): Promise<Version | null> {
  const path = directory instanceof URL ? fileURLToPath(directory) : directory;
  try {
    const { version, inputs } = JSON.parse(await readFile(join(path, 'model.json'), 'utf8'));
    return Array.isArray(inputs) ? { version, inputs } : null;
  } catch {
    return null;
  }
}
