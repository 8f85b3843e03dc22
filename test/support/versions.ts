import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FixtureModel, fixtureModel } from './paths.js';

/**
 * Model directories of several versions, in a folder of their own. Those of `sqrt` score √(x / scale), so that each version has scores of
 * its own.
 */
export class Versions {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Versions> {
    return new Versions(await mkdtemp(join(tmpdir(), 'versions-')));
  }

  /** @returns the directory. */
  sqrt(version: string, scale = 1, fields: Record<string, unknown> = {}): Promise<string> {
    const inputs = [{ name: 'x', size: 1, features: ['x'], mean: [0], std: [scale] }];
    return this.of('sqrt', version, { inputs, ...fields });
  }

  async of(model: FixtureModel, version: string, fields: Record<string, unknown> = {}): Promise<string> {
    const directory = join(this.folder, `${model}-${version}`);
    await rm(directory, { recursive: true, force: true });
    await cp(fixtureModel(model), directory, { recursive: true });
    return this.#with(directory, { version, ...fields });
  }

  /** One of `sqrt` whose graph is changed. @returns the directory. */
  async changed(version: string, change: (graph: Uint8Array) => Uint8Array, scale = 1): Promise<string> {
    const directory = await this.sqrt(version, scale);
    const graph = change(await readFile(join(directory, 'model.onnx')));
    await writeFile(join(directory, 'model.onnx'), graph);
    return this.#with(directory, { sha256: createHash('sha256').update(graph).digest('hex') });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #with(directory: string, fields: Record<string, unknown>): Promise<string> {
    const path = join(directory, 'model.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...manifest, ...fields }));
    return directory;
  }
}
