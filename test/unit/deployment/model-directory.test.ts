import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelDirectory } from '../../../src/deployment/model-directory.js';
import { fixtureModel } from '../../support/paths.js';

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

  it('refuses a file that leads out of the directory', async () => {
    await mkdir(join(directory, '..', 'elsewhere'), { recursive: true });
    await cp(join(directory, 'model.onnx'), join(directory, '..', 'elsewhere', 'model.onnx'));
    await symlink(join('..', 'elsewhere', 'model.onnx'), join(directory, 'link.onnx'));
    await editManifest({ file: 'link.onnx' });
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('received a link out of it')]);
    await editManifest({ file: '../elsewhere/model.onnx' });
    expect(await codeAndMessage()).toEqual([
      'ERR_MODEL_INVALID',
      expect.stringContaining('the name of a file in the same directory'),
    ]);
  });

  it('refuses a manifest that leads out of the directory, and quotes nothing of what it read', async () => {
    await writeFile(join(directory, '..', 'secret.txt'), 'secret: 1');
    await rm(join(directory, 'model.json'));
    await symlink(join('..', 'secret.txt'), join(directory, 'model.json'));
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('received a link out of it')]);
    await rm(join(directory, 'model.json'));
    await writeFile(join(directory, 'model.json'), 'secret: 1');
    const error: unknown = await openModelDirectory(directory).catch((reason: unknown) => reason);
    expect(inspect(error)).not.toContain('secret: 1');
    expect(inspect(error)).not.toContain('"secret');
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
      `${join(directory, 'model.json')}: expected a file, found none`,
    ]);
    await mkdir(join(directory, 'model.json'));
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('found a directory')]);
  });

  it('refuses a manifest that is no JSON', async () => {
    await writeFile(join(directory, 'model.json'), '{ "name": ');
    expect(await codeAndMessage()).toEqual(['ERR_MODEL_INVALID', expect.stringContaining('expected JSON')]);
  });
});
