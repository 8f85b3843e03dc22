import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe('a model directory', () => {
  let folder: string;
  let directory: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'location-'));
    directory = join(folder, 'a b#c%20');
    await cp(fixtureModel('linear'), directory, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('may be given as a URL, or as the text of one, to create and to the tools', async () => {
    const url = pathToFileURL(directory);
    for (const model of [url, url.href, pathToFileURL(`${directory}/`)]) {
      await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
      expect(scorer.summary().model.name).toBe('linear');
      expect(await checkModel(model)).toMatchObject({ directory, problems: [] });
    }
    const { entries } = await profileModel(url, { providers: ['cpu'], batchSizes: [1], runs: 1 });
    expect(entries).toHaveLength(1);
    const out = join(folder, 'out');
    const report = await optimizeModel(url, pathToFileURL(out), { batchSizes: [1], runs: 1 });
    expect(report).toMatchObject({ directory: out });
    expect(await checkModel(out)).toMatchObject({ problems: [] });
  });

  it('may be given as a URL of another realm, such as that of jsdom', async () => {
    const foreign = untyped<URL>({ href: pathToFileURL(directory).href });
    await using scorer = await FraudScorer.create({ model: foreign, workers: 1, providers: ['cpu'] });
    expect(scorer.summary().model.name).toBe('linear');
  });

  it.each<[unknown, string]>([
    [new URL('https://models.example/1'), 'a URL'],
    ['file://host/model', '"file://host/model"'],
    ['', '""'],
    [42, '42'],
    [null, 'null'],
  ])('is refused by name where it is neither a path nor a file URL: %s', async (model, received) => {
    const expected = 'the path or file URL of a model directory';
    const refused = (path: string): object => ({ code: 'ERR_INVALID_OPTIONS', issues: [{ path, expected, received }] });
    await expect(FraudScorer.create({ model: untyped(model) })).rejects.toMatchObject(refused('model'));
    await expect(checkModel(untyped(model))).rejects.toMatchObject(refused('directory'));
    await expect(profileModel(untyped(model))).rejects.toMatchObject(refused('directory'));
    await expect(optimizeModel(untyped(model), 'out')).rejects.toMatchObject(refused('directory'));
    await expect(optimizeModel(directory, untyped(model))).rejects.toMatchObject(refused('outDirectory'));
  });
});
