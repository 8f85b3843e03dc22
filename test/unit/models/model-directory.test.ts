import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openModelDirectory } from '../../../src/models/model-directory.js';
import { fixtureModel, projectPath } from '../../support/paths.js';

/** What happens after the manifest was read, and before the model file is. */
const hooks = vi.hoisted(() => ({ afterRead: (): Promise<void> => Promise.resolve() }));
vi.mock('../../../src/models/read-file.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/models/read-file.js')>();
  const readSmall = async (path: string): Promise<Uint8Array> => {
    const file = await original.readSmall(path);
    await hooks.afterRead();
    return file;
  };
  return { ...original, readSmall };
});

describe('openModelDirectory', () => {
  let folder: string;
  let directory: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model '));
    directory = join(folder, 'with a # in it');
    await cp(fixtureModel('linear'), directory, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function codeAndMessage(): Promise<[unknown, string]> {
    const error: unknown = await openModelDirectory(directory).catch((reason: unknown) => reason);
    if (!(error instanceof Error) || !('code' in error)) throw new Error('it opened');
    return [error.code, error.message];
  }

  async function editManifest(edit: Record<string, unknown>): Promise<void> {
    const path = join(directory, 'model.json');
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...edit }));
  }

  it('opens one whose file is the one its manifest names', async () => {
    const { manifest, modelPath } = await openModelDirectory(directory);
    expect(manifest.name).toBe('linear');
    expect(modelPath).toBe(join(directory, 'model.onnx'));
  });

  it('refuses a file that was changed', async () => {
    await writeFile(
      join(directory, 'model.onnx'),
      Buffer.concat([await readFile(join(directory, 'model.onnx')), Buffer.from([0])]),
    );
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INTEGRITY',
      expect.stringMatching(/expected sha256 [0-9a-f]{64}.*received [0-9a-f]{64}/),
    ]);
  });

  it('refuses a path for a file: a link may lead anywhere, a manifest may not', async () => {
    await editManifest({ file: '../elsewhere/model.onnx' });
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INVALID',
      expect.stringContaining('the name of a file in the same directory'),
    ]);
  });

  it('quotes nothing of a file that is no manifest, wherever the link to it leads', async () => {
    await writeFile(join(folder, 'secret.txt'), 'secret: 1');
    await rm(join(directory, 'model.json'));
    await symlink(join('..', 'secret.txt'), join(directory, 'model.json'));
    const error: unknown = await openModelDirectory(directory).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_MODEL_INVALID', message: expect.stringContaining('expected JSON') });
    expect(inspect(error)).not.toContain('secret: 1');
    expect(inspect(error)).not.toContain('"secret');
  });

  it.each([
    ['in UTF-8', (text: string) => Buffer.from(`\u{feff}${text}`)],
    ['in UTF-16', (text: string) => Buffer.from(`\u{feff}${text}`, 'utf16le')],
    ['in UTF-16, high byte first', (text: string) => Buffer.from(`\u{feff}${text}`, 'utf16le').swap16()],
  ])('reads a manifest that begins with a byte order mark, %s', async (_, encoded) => {
    const path = join(directory, 'model.json');
    const text = (await readFile(path, 'utf8')).replace('"linear"', '"linéar"');
    await writeFile(path, encoded(text));
    expect((await openModelDirectory(directory)).manifest.name).toBe('linéar');
  });

  it('says which versions a directory has in place of a model', async () => {
    await expect(openModelDirectory(projectPath('models/visa-fraud'))).rejects.toThrow(
      `it has versions: did you mean ${projectPath('models/visa-fraud/1')}?`,
    );
  });

  it('says in one line what is missing or unreadable', async () => {
    await rm(join(directory, 'model.onnx'));
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INVALID',
      `${join(directory, 'model.onnx')}: expected a file, found none`,
    ]);
    await rm(join(directory, 'model.json'));
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INVALID',
      `${join(directory, 'model.json')}: expected a file, found none: expected the path of a model directory, which \`npx fraud-scorer adopt model.onnx --out DIR\` makes of an ONNX file`,
    ]);
    await mkdir(join(directory, 'model.json'));
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('found a directory')]);
  });

  it('refuses a manifest that is no JSON', async () => {
    await writeFile(join(directory, 'model.json'), '{ "name": ');
    const path = join(directory, 'model.json');
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INVALID',
      `${path}: expected JSON, found a fault at line 1, column 11: the file ends before the { is closed`,
    ]);
    for (const [text, found] of [
      ['[]', 'an array of 0'],
      ['null', 'null'],
      ['"visa"', 'a string'],
    ]) {
      await writeFile(path, text ?? '');
      const message = `${path}: expected an object { "name", "version", "file", … }, found ${found}`;
      expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', message]);
    }
  });

  it('refuses what can not be read to an end, such as a device, and a link that leads in a circle or nowhere', async () => {
    for (const file of ['model.onnx', 'model.json']) {
      await rm(join(directory, file));
      await symlink('/dev/zero', join(directory, file));
      expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('found something else')]);
      await rm(join(directory, file));
      await symlink(file, join(directory, file));
      expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('lead in a circle')]);
      await rm(join(directory, file));
      await symlink('nothing', join(directory, file));
      expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('found none')]);
    }
  });

  it('refuses a model that keeps tensors in a file that is not listed, by its name and with the cure, though its sha256 is right', async () => {
    for (const name of ['outside', 'outside-branch'] as const) {
      await rm(directory, { recursive: true });
      await cp(fixtureModel(name), directory, { recursive: true });
      expect(await codeAndMessage()).toEqual([
        'ERR_MODEL_INVALID',
        expect.stringMatching(/file: expected .*"weights\.bin".*list each of them in model\.json.*fraud-scorer adopt/),
      ]);
    }
  });

  it("refuses compiled code and the runtime's own format, which can not be looked through", async () => {
    await rm(directory, { recursive: true });
    await cp(fixtureModel('compiled'), directory, { recursive: true });
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringMatching(/EPContext.*"engine"/)]);
    const file = Buffer.from('\x20\0\0\0ORTM and more', 'latin1');
    await writeFile(join(directory, 'model.onnx'), file);
    await editManifest({ sha256: createHash('sha256').update(file).digest('hex') });
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('.ort')]);
  });
});

/** Turns a directory into one whose files are links to the files of a folder of versions, as Kubernetes mounts a ConfigMap. */
class ConfigMap {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async mount(name: string, from: string): Promise<void> {
    await this.add(name, from);
    await symlink(name, join(this.directory, '..data'));
    for (const file of ['model.json', 'model.onnx']) await symlink(join('..data', file), join(this.directory, file));
  }

  async add(name: string, from: string): Promise<void> {
    await cp(from, join(this.directory, name), { recursive: true });
  }

  /** As the kubelet does: the link is swapped in one step, then the old version is deleted. */
  async swap(from: string, to: string): Promise<void> {
    await symlink(to, join(this.directory, '..data_tmp'));
    await rename(join(this.directory, '..data_tmp'), join(this.directory, '..data'));
    await rm(join(this.directory, from), { recursive: true });
  }
}

describe('a model directory of links', () => {
  let folder: string;
  let directory: string;
  let map: ConfigMap;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'links-'));
    directory = join(folder, 'mounted');
    await mkdir(directory);
    map = new ConfigMap(directory);
  });
  afterEach(async () => {
    hooks.afterRead = () => Promise.resolve();
    await rm(folder, { recursive: true, force: true });
  });

  it('is opened where it is the mount of a ConfigMap', async () => {
    await map.mount('..2026_11_25', fixtureModel('linear'));
    const { manifest, sha256 } = await openModelDirectory(directory);
    expect(sha256).toBe(manifest.sha256);
  });

  it('is opened where it is the snapshot of a cache, whose files are links to blobs that are called by their hashes', async () => {
    await mkdir(join(folder, 'blobs'));
    await mkdir(join(folder, 'snapshots', 'abc'), { recursive: true });
    for (const [file, blob] of Object.entries({ 'model.json': '1'.repeat(40), 'model.onnx': '2'.repeat(64) })) {
      await cp(join(fixtureModel('linear'), file), join(folder, 'blobs', blob));
      await symlink(join('..', '..', 'blobs', blob), join(folder, 'snapshots', 'abc', file));
    }
    expect((await openModelDirectory(join(folder, 'snapshots', 'abc'))).manifest.name).toBe('linear');
  });

  it('is opened where the directory itself is a link, or is given by a path with a link in it', async () => {
    await symlink(fixtureModel('linear'), join(directory, 'current'));
    expect((await openModelDirectory(join(directory, 'current'))).manifest.name).toBe('linear');
    await symlink(join(fixtureModel('linear'), '..'), join(directory, 'all'));
    expect((await openModelDirectory(join(directory, 'all', 'sqrt'))).manifest.name).toBe('sqrt');
  });

  it('does not take a file beside the manifest whose sha256 is another where the directory has the right one', async () => {
    const shared = join(folder, 'shared');
    await mkdir(shared);
    await cp(join(fixtureModel('linear'), 'model.json'), join(shared, 'model.json'));
    await cp(join(fixtureModel('sqrt'), 'model.onnx'), join(shared, 'model.onnx'));
    await symlink(join('..', 'shared', 'model.json'), join(directory, 'model.json'));
    expect(await openModelDirectory(directory).catch(({ code }: { code: string }) => code)).toBe('ERR_MODEL_INTEGRITY');
    await cp(join(fixtureModel('linear'), 'model.onnx'), join(directory, 'model.onnx'));
    expect((await openModelDirectory(directory)).manifest.name).toBe('linear');
  });

  it.each([
    ['and the old one is kept', false],
    ['and the old one is deleted', true],
  ])('is of one version where another is swapped in between its two files, %s', async (_, isDeleted) => {
    await map.mount('..1', fixtureModel('linear'));
    await map.add('..2', fixtureModel('sqrt'));
    let reads = 0;
    hooks.afterRead = async () => {
      reads += 1;
      if (reads > 1) return;
      if (!isDeleted) await cp(join(directory, '..1'), join(directory, '..kept'), { recursive: true });
      await map.swap('..1', '..2');
      if (!isDeleted) await rename(join(directory, '..kept'), join(directory, '..1'));
    };
    const { manifest, sha256 } = await openModelDirectory(directory);
    expect(sha256).toBe(manifest.sha256);
    expect(manifest.name).toBe(isDeleted ? 'sqrt' : 'linear');
    expect(reads).toBe(isDeleted ? 2 : 1);
  });

  it('is given up where it is swapped again and again', async () => {
    await map.mount('..0', fixtureModel('linear'));
    let version = 0;
    hooks.afterRead = async () => {
      await map.add(`..${version + 1}`, fixtureModel(version % 2 === 0 ? 'sqrt' : 'linear'));
      await map.swap(`..${version}`, `..${version + 1}`);
      version += 1;
    };
    await expect(openModelDirectory(directory)).rejects.toMatchObject({ code: 'ERR_MODEL_INTEGRITY' });
    expect(version).toBe(5);
  });
});
