import { appendFile, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelWatcher } from '../../../../src/api/watch.js';
import { linearGraph, lookTwice, manifestWith, RepositoryRig, sha256Of } from './repository-rig.js';

let rig: RepositoryRig;
let watcher: ModelWatcher;
let directory: string;
let graph: Buffer;
beforeEach(async () => {
  rig = await RepositoryRig.make();
  watcher = rig.watch();
  directory = rig.versionDirectory('2');
  graph = await linearGraph();
  await mkdir(directory, { recursive: true });
});
afterEach(() => rig.remove());

const inVersion = (file: string): string => join(directory, file);

/** Nothing was deployed or reported until now, and the version is deployed once its contents stand still. */
async function expectTakenNow(): Promise<void> {
  expect(rig.scorer.calls).toEqual([]);
  expect(rig.problems).toEqual([]);
  await lookTwice(watcher);
  expect(rig.scorer.versions).toEqual(['2']);
  expect(rig.problems).toEqual([]);
}

describe('A version that is being copied is ignored until it is complete', () => {
  it('with the manifest first, and a graph that grows', async () => {
    await watcher.look();
    await writeFile(inVersion('model.json'), await manifestWith({ version: '2' }));
    await watcher.look();
    for (const end of [0, 1, 100, graph.length - 1]) {
      await writeFile(inVersion('model.onnx'), graph.subarray(0, end));
      await watcher.look();
    }
    await writeFile(inVersion('model.onnx'), graph);
    await expectTakenNow();
  });

  it('with the graph first, and a manifest that grows', async () => {
    await writeFile(inVersion('model.onnx'), graph);
    await lookTwice(watcher);
    const manifest = await manifestWith({ version: '2' });
    await writeFile(inVersion('model.json'), '');
    for (let start = 0; start < manifest.length; start += 64) {
      await watcher.look();
      await appendFile(inVersion('model.json'), manifest.slice(start, start + 64));
    }
    await expectTakenNow();
  });

  it('with weights that come last', async () => {
    const weights = Buffer.from('weights');
    const files = [{ file: 'weights.bin', sha256: sha256Of(weights) }];
    await writeFile(inVersion('model.onnx'), graph);
    await writeFile(inVersion('model.json'), await manifestWith({ version: '2', files }));
    await watcher.look();
    await writeFile(inVersion('weights.bin'), weights.subarray(0, 3));
    await watcher.look();
    await writeFile(inVersion('weights.bin'), weights);
    await expectTakenNow();
  });

  it('and that is written over with another one of the same size', async () => {
    await rig.add('2', { policy: { blockProbability: 0.8 } });
    await watcher.look();
    await rig.add('2', { policy: { blockProbability: 0.9 } });
    await watcher.look();
    await expectTakenNow();
  });

  it('and that is complete in one look, incomplete in the next', async () => {
    await rig.add('2');
    await watcher.look();
    await truncate(inVersion('model.onnx'), 100);
    await watcher.look();
    await rig.add('2');
    await watcher.look();
    await rm(directory, { recursive: true });
    await watcher.look();
    await rig.add('2');
    await expectTakenNow();
  });
});

describe('A version that is broken is reported once, and taken when it is mended:', () => {
  const writeManifest = async (fields: Record<string, unknown> = {}): Promise<void> =>
    writeFile(inVersion('model.json'), await manifestWith({ version: '2', ...fields }));

  it.each<[string, write: () => Promise<unknown>, message: string]>([
    ['a manifest that is no JSON', () => writeFile(inVersion('model.json'), '{'), 'expected JSON'],
    ['a manifest without inputs', () => writeManifest({ inputs: [] }), 'inputs: expected'],
    ['a manifest that is a link to nothing', () => symlink('elsewhere.json', inVersion('model.json')), 'found none'],
    ['a manifest that is a directory', () => mkdir(inVersion('model.json')), 'found a directory'],
    ['a graph that is not there', () => writeManifest(), 'model.onnx: expected a file, found none'],
    [
      'a graph cut off',
      () => writeManifest().then(() => writeFile(inVersion('model.onnx'), graph.subarray(1))),
      'model.onnx: expected sha256',
    ],
    [
      'a graph that is a directory',
      () => writeManifest().then(() => mkdir(inVersion('model.onnx'))),
      'found a directory',
    ],
    [
      'weights that are missing',
      () => rig.add('2', { files: [{ file: 'weights.bin', sha256: '0'.repeat(64) }] }),
      'weights.bin: expected a file, found none',
    ],
    [
      'the version of another folder',
      () => rig.add('2', { version: '1' }),
      'expected the name and version of its folders, ["linear","2"], in model.json, received ["linear","1"]',
    ],
    ['the name of another folder', () => rig.add('2', { name: 'other' }), 'received ["other","2"]'],
  ])('%s', async (_, write, message) => {
    await write();
    await watcher.look();
    expect(rig.problems).toEqual([]);
    for (let look = 1; look <= 3; look += 1) await watcher.look();
    expect(rig.problems).toEqual([
      { type: 'broken', directory, name: 'linear', version: '2', message: expect.stringContaining(message) },
    ]);
    await rm(directory, { recursive: true });
    await rig.add('2');
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.problems).toHaveLength(1);
  });

  it('again where it is broken otherwise, and not where its files are only touched', async () => {
    await writeFile(inVersion('model.json'), '{');
    await lookTwice(watcher);
    await writeFile(inVersion('model.json'), '{');
    await lookTwice(watcher);
    expect(rig.types).toEqual(['broken']);
    await writeFile(inVersion('model.json'), '[');
    await lookTwice(watcher);
    expect(rig.types).toEqual(['broken', 'broken']);
  });

  it('by the logger too, as a warning that names the version', async () => {
    const lines: unknown[][] = [];
    const log = (...line: unknown[]): unknown => lines.push(line);
    watcher = rig.watch({ logger: { info: log, warn: log, error: log } });
    await writeFile(inVersion('model.json'), '{');
    await lookTwice(watcher);
    await watcher.look();
    expect(lines).toEqual([
      [
        expect.stringMatching(/^Model repository: .*expected JSON/),
        { problem: 'broken', directory, name: 'linear', version: '2' },
      ],
    ]);
  });

  it('while an onProblem that throws is logged, and disturbs nothing', async () => {
    const errors: unknown[] = [];
    const logger = { info() {}, warn() {}, error: (message: string) => errors.push(message) };
    const onProblem = (): never => {
      throw new Error('of the host');
    };
    watcher = rig.watch({ logger, onProblem });
    await writeFile(inVersion('model.json'), '{');
    await rig.add('3');
    await lookTwice(watcher);
    expect(errors).toEqual(['onProblem failed']);
    expect(rig.scorer.versions).toEqual(['3']);
  });
});
