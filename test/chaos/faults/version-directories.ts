import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '../../../src/index.js';
import type { DirectModel } from '../oracle/direct-run.js';

/** What is wrong with a model directory, and how `deploy` refuses it. */
export const refusals = {
  missing: 'ERR_MODEL_INVALID',
  truncated: 'ERR_MODEL_INTEGRITY',
  corrupt: 'ERR_MODEL_INTEGRITY',
  'no JSON': 'ERR_MODEL_INVALID',
  'no graph': 'ERR_MODEL_INVALID',
  'of another shape': 'ERR_MODEL_INVALID',
  'with other scores': 'ERR_MODEL_INVALID',
  stillborn: 'ERR_WORKER_LOST',
} as const satisfies Record<string, ErrorCode>;
export type Refused = keyof typeof refusals;

/** What a version does to its workers once it serves. */
export type Harm = 'kills' | 'hangs';

type Manifest = DirectModel & Record<string, unknown>;

/** Model directories made of one that serves, each a version with scores of its own or with something wrong with it. */
export class VersionDirectories {
  readonly #from: string;
  readonly #folder: string;

  private constructor(from: string, folder: string) {
    this.#from = from;
    this.#folder = folder;
  }

  static async make(from: string): Promise<VersionDirectories> {
    return new VersionDirectories(from, await mkdtemp(join(tmpdir(), 'deploys-')));
  }

  /** @param scale of the inputs' deviations: another one gives other scores. @returns the directory. */
  async serving(version: string, scale: number, harm?: Harm): Promise<string> {
    const directory = await this.#copy(version, (manifest) => {
      for (const input of manifest.inputs) input.std = (input.std ?? []).map((value) => value * scale);
    });
    if (harm !== undefined) await this.#mark(directory, harm);
    return directory;
  }

  async broken(version: string, what: Refused): Promise<string> {
    if (what === 'missing') return join(this.#folder, 'nowhere');
    const directory = await this.#copy(version, (manifest) => {
      const [first] = manifest.inputs;
      if (what !== 'of another shape' || first === undefined) return;
      for (const field of ['mean', 'std', 'features'] as const) Reflect.deleteProperty(first, field);
      first.size += 1;
    });
    const model = join(directory, 'model.onnx');
    if (what === 'truncated') await truncate(model, 1_000);
    if (what === 'corrupt') await writeFile(model, flipped(await readFile(model)));
    if (what === 'no JSON') await writeFile(join(directory, 'model.json'), '{ "name": ');
    if (what === 'no graph') await this.#replace(directory, Buffer.from('this is no graph'));
    if (what === 'stillborn') await this.#mark(directory, 'stillborn');
    if (what === 'with other scores') {
      const features = Object.fromEntries(
        (await manifestOf(directory)).inputs.map(({ name, mean = [] }) => [name, mean]),
      );
      const cases = [{ features, expected: { fraudProbability: 0.123, riskScore: 0.987 } }];
      await writeFile(join(directory, 'cases.json'), JSON.stringify(cases));
    }
    return directory;
  }

  /** Gives a version another graph. */
  async change(directory: string, graph: (before: Uint8Array) => Uint8Array): Promise<void> {
    await this.#replace(directory, graph(await readFile(join(directory, 'model.onnx'))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #copy(version: string, change: (manifest: Manifest) => void): Promise<string> {
    const directory = join(this.#folder, version.replaceAll(' ', '-'));
    await cp(join(this.#from, 'model.onnx'), join(directory, 'model.onnx'));
    const manifest = { ...(await manifestOf(this.#from)), version };
    change(manifest);
    await writeManifest(directory, manifest);
    return directory;
  }

  /** Bytes at the end of the file that the runtime takes for a description of the graph, and the worker for what it has to do. */
  async #mark(directory: string, mark: Harm | 'stillborn'): Promise<void> {
    const text = Buffer.from(`chaos:${mark}`);
    // Field 6 of an ONNX model, of protobuf's wire type 2: its doc_string.
    const field = Buffer.from([(6 << 3) | 2, text.length]);
    await this.#replace(directory, Buffer.concat([await readFile(join(directory, 'model.onnx')), field, text]));
  }

  /** Another graph, of which the manifest knows. */
  async #replace(directory: string, bytes: Uint8Array): Promise<void> {
    await writeFile(join(directory, 'model.onnx'), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await writeManifest(directory, { ...(await manifestOf(directory)), sha256 });
  }
}

async function manifestOf(directory: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
}

async function writeManifest(directory: string, manifest: object): Promise<void> {
  await writeFile(join(directory, 'model.json'), JSON.stringify(manifest));
}

function flipped(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  return bytes;
}
