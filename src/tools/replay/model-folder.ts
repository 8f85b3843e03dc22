import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RecordedModel } from '../../api/records.js';
import { ModelInvalidError } from '../../errors.js';
import { type ModelDirectory, openModelDirectory, parseManifest } from '../../models/model-directory.js';
import { isThere, readSmall } from '../../models/read-file.js';

/** Folders below the one that was given are looked into. */
const deepest = 2;

interface FoundManifest {
  directory: string;
  name: string;
  version: string;
  sha256: string;
  files: Readonly<Record<string, string>>;
}

/** Why records of a model can't be replayed. */
export interface NoModel {
  code: 'model-missing' | 'model-differs';
  why: string;
}

/** The model directories in a folder, found by what records say of the model. */
export class ModelFolder {
  readonly #folder: string;
  readonly #found: readonly FoundManifest[];
  /** What is wrong with directories that have a model.json that is none. */
  readonly problems: readonly string[];

  private constructor(folder: string, found: readonly FoundManifest[], problems: readonly string[]) {
    this.#folder = folder;
    this.#found = found;
    this.problems = problems;
  }

  /**
   * @param folder a model directory, or a folder of them or of folders of them.
   * @throws {ModelInvalidError} where there is none.
   */
  static async open(folder: string): Promise<ModelFolder> {
    const found: FoundManifest[] = [];
    const problems: string[] = [];
    for (const directory of await manifestsIn(resolve(folder), 0)) {
      try {
        const path = join(directory, 'model.json');
        const { manifest } = parseManifest(await readSmall(path), path);
        const { name, version, sha256, files } = manifest;
        const weights = Object.fromEntries(files.map((file) => [file.file, file.sha256]));
        found.push({ directory, name, version, sha256, files: weights });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        problems.push(error.message);
      }
    }
    if (found.length === 0) {
      const expected = 'expected a model directory, or a folder of model directories, each with a model.json';
      throw new ModelInvalidError(problems[0] ?? `${folder}: ${expected}; found none`);
    }
    return new ModelFolder(folder, found, problems);
  }

  /** The only model in the folder. @throws {ModelInvalidError} where there are several, or it is damaged. */
  async only(): Promise<ModelDirectory> {
    const [first, second] = this.#found;
    if (first === undefined || second !== undefined) {
      const names = this.#found.map(({ name, version }) => `${name} ${version}`).join(', ');
      throw new ModelInvalidError(`${this.#folder}: expected one model, found ${names}: give the directory of one`);
    }
    return openModelDirectory(first.directory);
  }

  /** The model that decided. @throws {FraudScorerError} where its directory is damaged. */
  async find(wanted: RecordedModel): Promise<ModelDirectory | NoModel> {
    const { name, version, sha256, files = {} } = wanted;
    const named = this.#found.filter((found) => found.name === name && found.version === version);
    if (named.length === 0) return { code: 'model-missing', why: `model ${name} ${version} is not in ${this.#folder}` };
    const found = named.find((model) => model.sha256 === sha256 && sameFiles(model.files, files));
    if (found !== undefined) return openModelDirectory(found.directory);
    const others = named.map((model) => model.sha256.slice(0, 12)).join(', ');
    const isOfWeights = named.some((model) => model.sha256 === sha256);
    return {
      code: 'model-differs',
      why: isOfWeights
        ? `model ${name} ${version} in ${this.#folder} has other weights than the one that decided`
        : `model ${name} ${version} in ${this.#folder} is another file: the records have sha256 ${sha256.slice(0, 12)}…, found ${others}…`,
    };
  }
}

function sameFiles(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

async function manifestsIn(folder: string, depth: number): Promise<string[]> {
  if (await isThere(join(folder, 'model.json'))) return [folder];
  if (depth === deepest) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() || entry.isSymbolicLink())
      found.push(...(await manifestsIn(join(folder, entry.name), depth + 1)));
  }
  return found;
}
