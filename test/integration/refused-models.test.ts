import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { type FixtureModel, fixtureModel } from '../support/paths.js';

let folder: string;
const cwd = process.cwd();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refused-'));
});
afterEach(async () => {
  process.chdir(cwd);
  await rm(folder, { recursive: true });
});

function create(model: string | URL, workers = 2): Promise<FraudScorer> {
  return FraudScorer.create({ model, workers, providers: ['cpu'] });
}

describe('a model whose tensors lie in a file that its manifest does not list', () => {
  it.each(['outside', 'outside-branch'] as const)(
    'is refused wherever it is opened, whatever the working directory: %s',
    async (name) => {
      const model = fixtureModel(name);
      const refused = {
        code: 'ERR_MODEL_INVALID',
        issues: [{ path: 'file', received: expect.stringContaining('"weights.bin"') }],
      };
      for (const directory of [model, folder]) {
        process.chdir(directory);
        await expect(create(model)).rejects.toMatchObject(refused);
        await expect(profileModel(model, { providers: ['cpu'] })).rejects.toMatchObject(refused);
        await expect(optimizeModel(model, join(folder, 'out'))).rejects.toMatchObject(refused);
        expect(await readdir(folder)).toEqual([]);
        const { problems, providers } = await checkModel(model);
        expect(problems).toEqual([
          { part: 'graph', message: expect.stringContaining('list each of them in model.json') },
        ]);
        // It was not run.
        expect(providers).toEqual([]);
      }
    },
  );
});

describe('a model that would need a library of its own', () => {
  it('is refused by the runtime, which loads none', async () => {
    await expect(create(fixtureModel('custom-operator'))).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringContaining('com.example'),
    });
  });
});

const refused: [FixtureModel, string, RegExp][] = [
  ['dynamic-int8', 'outputs.probability', /whatever other rows are in its batch.*dynamic quantisation/],
  ['softmax-over-rows', 'outputs.probability', /whatever other rows are in its batch/],
  ['batch-mean', 'outputs.logits', /whatever other rows are in its batch.*batch normalisation in training mode/],
  ['random', 'outputs.probability', /a random operator/],
  ['double-softmax', 'outputs.logits', /nothing is ever blocked/],
  ['raw-logit', 'outputs.probability', /scores in \[0, 1\].*raw logit/],
  ['distance', 'outputs.riskScore', /scores in \[0, 1\].*a distance/],
];

describe('a model that invented rows show to be wrong', () => {
  it.each(refused)('is refused by create: %s', async (name, path, message) => {
    await expect(create(fixtureModel(name))).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      issues: [{ path }],
      message: expect.stringMatching(message),
    });
  });

  it.each(refused)('has a problem by the check: %s', async (name, path, message) => {
    const { problems } = await checkModel(fixtureModel(name));
    expect(problems).toEqual([{ part: 'run', message: expect.stringMatching(message) }]);
    expect(problems[0]?.message).toContain(`cpu: ${path}: `);
  });

  it('leaves nothing running behind', async () => {
    const listeners = process.listenerCount('exit');
    await expect(create(fixtureModel('dynamic-int8'), 4)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});

describe('a model that is merely unusual', () => {
  it.each<[FixtureModel, RegExp]>([
    ['constant', /the same score, 0\.5/],
    ['sqrt', /got no score/],
    ['failing', /the runtime failed on some invented rows/],
  ])('serves, and the check notes it: %s', async (name, note) => {
    await using scorer = await create(fixtureModel(name), 1);
    expect(scorer.health()).toMatchObject({ status: 'ok' });
    const { problems, notes } = await checkModel(fixtureModel(name));
    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(note));
  });

  it.each(['linear', 'static-int8', 'odd-names'] as const)('serves, and there is nothing to note: %s', async (name) => {
    await using scorer = await create(fixtureModel(name), 1);
    expect(scorer.health()).toMatchObject({ status: 'ok' });
    expect(await checkModel(fixtureModel(name))).toMatchObject({
      problems: [],
      notes: [expect.stringContaining('no usable cases.json')],
    });
  });

  it('is refused by create too for rows of its cases that have no score, or all the same', async () => {
    const cases = [0.25, -1].map((x) => ({
      features: { x: [x] },
      expected: { fraudProbability: 0.5, riskScore: 0.75 },
    }));
    await cp(fixtureModel('sqrt'), folder, { recursive: true });
    await writeFile(join(folder, 'cases.json'), JSON.stringify(cases));
    await expect(create(folder, 1)).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      issues: [{ path: 'cases.json' }],
    });
    await cp(fixtureModel('constant'), folder, { recursive: true });
    const same = cases.map(({ expected }, index) => ({ features: { x: [index, 1] }, expected }));
    await writeFile(join(folder, 'cases.json'), JSON.stringify(same));
    await expect(create(folder, 1)).rejects.toMatchObject({
      issues: [{ path: 'cases.json', received: expect.stringContaining('is the model trained') }],
    });
    // What is wrong with the file itself is for the check to say.
    await writeFile(join(folder, 'cases.json'), 'no JSON');
    await using scorer = await create(folder, 1);
    expect(scorer.health()).toMatchObject({ status: 'ok' });
  });

  it('is refused for a row of its cases that has no score', async () => {
    await cp(fixtureModel('sqrt'), folder, { recursive: true });
    const expected = { fraudProbability: 0.5, riskScore: 0.75 };
    const cases = [0.25, -1].map((x) => ({ features: { x: [x] }, expected }));
    // With a byte order mark, as some editors write it.
    await writeFile(join(folder, 'cases.json'), `\u{feff}${JSON.stringify(cases)}`);
    const { problems } = await checkModel(folder);
    expect(problems).toContainEqual({
      part: 'golden rows',
      message: expect.stringMatching(/case 1: fraudProbability: .*received NaN/),
    });
    expect(problems.filter(({ message }) => message.includes('case 0'))).toEqual([]);
  });
});
