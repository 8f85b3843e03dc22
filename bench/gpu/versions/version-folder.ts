import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

interface Input {
  std?: readonly number[];
}

/**
 * Model directories of several versions, made from one. Each divides all features by its own scale, as well as by their deviations, and so has
 * scores of its own with the same graph.
 */
export class VersionFolder {
  readonly #folder: string;
  readonly #model: string;

  private constructor(folder: string, model: string) {
    this.#folder = folder;
    this.#model = model;
  }

  /** @param model a model directory whose inputs have deviations. */
  static async make(model: string): Promise<VersionFolder> {
    return new VersionFolder(await mkdtemp(join(tmpdir(), 'bench-versions-')), model);
  }

  /** @returns the directory. @throws {Error} where no input of the model has deviations. */
  async version(version: string, scale: number): Promise<string> {
    const directory = join(this.#folder, version);
    // What its cases must come to is said of the model as it was.
    await cp(this.#model, directory, { recursive: true, filter: (path) => basename(path) !== 'cases.json' });
    const path = join(directory, 'model.json');
    const manifest: { inputs: Input[] } = JSON.parse(await readFile(path, 'utf8'));
    if (!manifest.inputs.some(({ std }) => std !== undefined)) {
      throw new Error(`${this.#model}: expected an input with deviations (std), found none`);
    }
    const inputs = manifest.inputs.map((input) =>
      input.std === undefined ? input : { ...input, std: input.std.map((deviation) => deviation * scale) },
    );
    await writeFile(path, JSON.stringify({ ...manifest, version, inputs }));
    return directory;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
