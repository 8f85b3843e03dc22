import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';

const model = fixtureModel('odd-names');
const manifest: { inputs: { name: string }[] } = JSON.parse(readFileSync(`${model}/model.json`, 'utf8'));
const names = manifest.inputs.map(({ name }) => name);

/** The score is sigmoid(the sum of all inputs). */
const score = Math.fround(1 / (1 + Math.exp(-0.25)));

function features(value: (index: number) => unknown): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, value(index)]));
}

const valid = features((index) => [index === 0 ? 0.25 : 0]) as Record<string, number[]>;

describe('inputs, outputs and features with names that JavaScript objects have, and other unusual ones', () => {
  let scorer: FraudScorer;
  beforeAll(async () => {
    scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
  });
  afterAll(() => scorer.close());

  it('are served: by score, from JSON too, with reasons that name the features', async () => {
    expect(names).toContain('constructor');
    const result = await scorer.score({ features: valid }, { explain: true });
    expect(result).toMatchObject({
      source: 'model',
      fraudProbability: expect.closeTo(score, 6),
      riskScore: expect.closeTo(1 - score, 6),
      reasons: [{ input: 'constructor', feature: 'constructor' }],
    });
    const parsed = JSON.parse(JSON.stringify({ features: valid }));
    expect(await scorer.score(parsed)).toMatchObject({ fraudProbability: expect.closeTo(score, 6) });
  });

  it('are served by scoreColumns', async () => {
    const columns = features((index) => Float32Array.of(index === 1 ? 0.25 : 0, 0)) as Record<string, Float32Array>;
    const { fraudProbability } = await scorer.scoreColumns(columns, 2);
    expect([...fraudProbability]).toEqual([expect.closeTo(score, 6), 0.5]);
  });

  it.each(names)('are missed where they are not given, though every object has them: %s', async (name) => {
    const { [name]: _, ...rest } = valid;
    await expect(scorer.score({ features: rest })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      issues: [{ path: `features.${name}`, received: 'nothing' }],
    });
    const columns = features(() => Float32Array.of(0)) as Record<string, Float32Array>;
    delete columns[name];
    await expect(scorer.scoreColumns(columns, 1)).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      issues: [{ path: `features.${name}`, received: 'nothing' }],
    });
  });

  it('do not include __proto__, which is refused by its name where JSON gives it', async () => {
    const json = JSON.stringify(valid).replace('{', '{"__proto__":[1],');
    const refused = {
      code: 'ERR_INVALID_REQUEST',
      issues: [{ path: 'features.__proto__', received: 'an unknown input' }],
    };
    await expect(scorer.score({ features: JSON.parse(json) })).rejects.toMatchObject(refused);
    await expect(scorer.scoreColumns(JSON.parse(json), 1)).rejects.toMatchObject(refused);
  });
});
