import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';

const request = { features: { x: [0.25] } };

// After the ideas of Triton's L0_lifecycle; see test/README.md.
describe('a model that cannot be loaded', () => {
  let folder: string;
  let broken: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifecycle-'));
    broken = join(folder, 'model');
    await cp(fixtureModel('sqrt'), broken, { recursive: true });
    await writeFile(join(broken, 'model.onnx'), 'no model');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('leaves a scorer that serves alone, and nothing behind', async () => {
    const serving = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1 });
    const listeners = process.listenerCount('exit');
    await expect(FraudScorer.create({ model: broken, workers: 1 })).rejects.toMatchObject({
      code: 'ERR_MODEL_INTEGRITY',
    });
    await expect(FraudScorer.create({ model: fixtureModel('disagreeing'), workers: 1 })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
    });
    expect(process.listenerCount('exit')).toBe(listeners);
    expect(await serving.score(request)).toMatchObject({ fraudProbability: 0.5 });
    expect(serving.health()).toMatchObject({ status: 'ok' });
    await serving.close();
  });

  it('can be loaded once it is mended', async () => {
    await expect(FraudScorer.create({ model: broken, workers: 1 })).rejects.toMatchObject({
      code: 'ERR_MODEL_INTEGRITY',
    });
    await copyFile(join(fixtureModel('sqrt'), 'model.onnx'), join(broken, 'model.onnx'));
    const mended = await FraudScorer.create({ model: broken, workers: 1 });
    expect(await mended.score(request)).toMatchObject({ fraudProbability: 0.5 });
    await mended.close();
  });

  it('does not stand in the way of others that are loaded at the same time', async () => {
    const outcomes = await Promise.allSettled([
      FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1 }),
      FraudScorer.create({ model: broken, workers: 1 }),
      FraudScorer.create({ model: fixtureModel('linear'), workers: 1 }),
      FraudScorer.create({ model: fixtureModel('disagreeing'), workers: 1 }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    const names: string[] = [];
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') continue;
      names.push(outcome.value.summary().model.name);
      await outcome.value.close();
    }
    expect(names).toEqual(['sqrt', 'linear']);
  });
});
