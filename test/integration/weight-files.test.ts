import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { fixtureModel } from '../support/paths.js';

const workingDirectory = process.cwd();
let folder: string;
let directory: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weights # '));
  directory = join(folder, 'model');
});
afterEach(async () => {
  process.chdir(workingDirectory);
  await rm(folder, { recursive: true, force: true });
});

async function listFiles(files: unknown): Promise<void> {
  const path = join(directory, 'model.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), files }));
}

async function entryOf(file: string): Promise<{ file: string; sha256: string }> {
  const bytes = await readFile(join(directory, file));
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
}

describe('a model whose weights lie in a listed file', () => {
  beforeEach(async () => {
    await cp(fixtureModel('outside'), directory, { recursive: true });
    await listFiles([await entryOf('weights.bin')]);
  });

  it('serves with the file beside the model, never with one in the working directory', async () => {
    // Of the right length and other values: a graph that read it would answer otherwise.
    await writeFile(join(folder, 'weights.bin'), new Float32Array([50, -50]));
    process.chdir(folder);
    const { problems } = await checkModel(directory);
    expect(problems).toEqual([]);
    const scorer = await FraudScorer.create({ model: directory, workers: 1, providers: ['cpu'] });
    const { inputs } = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
    const result = await scorer.score({ features: { [inputs[0].name]: [0.25, 0.5] } });
    // sigmoid(0.25 · 1 + 0.5 · 2), as the test of the fixture's maker has it.
    expect(result.fraudProbability).toBeCloseTo(1 / (1 + Math.exp(-1.25)), 6);
    await scorer.close();
  });

  it('can be profiled, and optimised into one file', async () => {
    const profile = await profileModel(directory, { providers: ['cpu'], batchSizes: [1], runs: 1 });
    expect(profile.entries).toHaveLength(1);
    const report = await optimizeModel(directory, join(folder, 'out'), { batchSizes: [1], runs: 1 });
    const manifest = JSON.parse(await readFile(join(report.directory, 'model.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('files');
    expect((await checkModel(report.directory)).problems).toEqual([]);
  });

  it('is refused where the file is another one than listed', async () => {
    await writeFile(join(directory, 'weights.bin'), new Float32Array([1, 3]));
    const refused = { code: 'ERR_MODEL_INTEGRITY', message: expect.stringMatching(/weights\.bin: expected sha256/) };
    await expect(FraudScorer.create({ model: directory, workers: 1 })).rejects.toMatchObject(refused);
    expect((await checkModel(directory)).problems[0]).toMatchObject({ part: 'integrity' });
  });

  it('is refused where the listed file is not there', async () => {
    await rm(join(directory, 'weights.bin'));
    await expect(FraudScorer.create({ model: directory, workers: 1 })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringMatching(/weights\.bin: expected a file, found none/),
    });
  });

  it.each(['../weights.bin', 'sub/weights.bin', 'a\\b', '/etc/hostname', '.', '..', '', 'model.onnx'])(
    'is refused where the list has no plain name of its own: %j',
    async (file) => {
      await listFiles([{ file, sha256: '0'.repeat(64) }]);
      await expect(FraudScorer.create({ model: directory, workers: 1 })).rejects.toMatchObject({
        code: 'ERR_MODEL_INVALID',
        issues: [{ path: 'files[0].file' }],
      });
    },
  );
});

it('weights of a node in a branch are refused though they are listed: the runtime takes those of initializers alone', async () => {
  await cp(fixtureModel('outside-branch'), directory, { recursive: true });
  await listFiles([await entryOf('weights.bin')]);
  await expect(FraudScorer.create({ model: directory, workers: 1 })).rejects.toMatchObject({
    code: 'ERR_MODEL_INVALID',
    message: expect.stringContaining('no-other-files'),
  });
});
