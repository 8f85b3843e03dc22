import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel } from '../support/paths.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
});
afterEach(() => rm(folder, { recursive: true }));

function create(model: string, maxBatchSize = 256): Promise<FraudScorer> {
  return FraudScorer.create({ model, workers: 1, providers: ['cpu'], batching: { maxBatchSize } });
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const rowsOf = (count: number): number[][] =>
  Array.from({ length: count }, (_, row) => [0.25 * row - 1, 1 - 0.125 * row]);

describe.each(['batch-1', 'batch-4'] as const)('a graph whose batch axis is fixed (%s)', (name) => {
  it('gives each of any number of rows its own scores and attention', async () => {
    await using scorer = await create(fixtureModel(name));
    for (const count of [1, 2, 4, 5, 9]) {
      const rows = rowsOf(count);
      const expected = rows.map(([a = 0, b = 0]) => sigmoid(a + 2 * b));
      const outcomes = await scorer.scoreMany(rows.map((x) => ({ features: { x } })));
      const columns = await scorer.scoreColumns({ x: Float32Array.from(rows.flat()) }, count);
      for (const [row, probability] of expected.entries()) {
        const fraudProbability = expect.closeTo(probability, 6);
        expect(outcomes[row]).toMatchObject({ value: { fraudProbability, attention: rows[row] } });
        expect(columns.fraudProbability[row]).toBeCloseTo(probability, 6);
      }
    }
    const { fraudProbability } = await scorer.score({ features: { x: [1, -0.5] } }, { explain: true });
    expect(fraudProbability).toBe(0.5);
  });

  it('is served where a batch holds fewer rows than it takes', async () => {
    await using scorer = await create(fixtureModel(name), 1);
    const { fraudProbability } = await scorer.score({ features: { x: [2, 0] } });
    expect(fraudProbability).toBeCloseTo(sigmoid(2), 6);
  });

  it('is noted by the check, and taken by the tools', async () => {
    const { problems, notes } = await checkModel(fixtureModel(name));
    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/batch axis is fixed at [14]:/));
    const { entries } = await profileModel(fixtureModel(name), { providers: ['cpu'], batchSizes: [3], runs: 1 });
    expect(entries).toHaveLength(1);
    const { verification } = await optimizeModel(fixtureModel(name), join(folder, 'out'), { runs: 1, batchSizes: [3] });
    expect(verification.largestDifference).toBeLessThan(1e-6);
  });
});

describe('a graph whose batch axis is fixed and whose rows run alone', () => {
  it('gets copies of each row beside it', async () => {
    const model = await modelWith(folder, 'batch-4', { batch: 'alone' });
    await using scorer = await create(model);
    const rows = rowsOf(5);
    const columns = await scorer.scoreColumns({ x: Float32Array.from(rows.flat()) }, rows.length);
    for (const [row, [a = 0, b = 0]] of rows.entries()) {
      expect(columns.fraudProbability[row]).toBeCloseTo(sigmoid(a + 2 * b), 6);
    }
    const { problems, notes } = await checkModel(model);
    expect(problems).toEqual([]);
    expect(notes).toContainEqual('"batch": "alone": each row is a run of its own');
  });
});

describe('a graph whose rows change one another', () => {
  const rows = [
    [0.5, 0.25],
    [300, -200],
    [0.01, 0.02],
  ];

  it('is refused, with the advice to run each row alone', async () => {
    const advice = /"batch": "alone" in model.json/;
    await expect(create(fixtureModel('dynamic-int8'))).rejects.toMatchObject({
      message: expect.stringMatching(advice),
    });
    const { problems } = await checkModel(fixtureModel('dynamic-int8'));
    expect(problems).toEqual([{ part: 'run', message: expect.stringMatching(advice) }]);
  });

  it('gives a row the same score in any company where the manifest says alone', async () => {
    const model = await modelWith(folder, 'dynamic-int8', { batch: 'alone' });
    await using scorer = await create(model);
    const alone: (number | null)[] = [];
    for (const x of rows) alone.push((await scorer.score({ features: { x } })).fraudProbability);
    const outcomes = await scorer.scoreMany(rows.map((x) => ({ features: { x } })));
    const columns = await scorer.scoreColumns({ x: Float32Array.from(rows.flat()) }, rows.length);
    expect(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.fraudProbability)).toEqual(alone);
    expect([...columns.fraudProbability]).toEqual(alone);
    expect([...columns.riskScore]).toEqual(alone);
    // Those of the company would be other scores.
    const cases = alone.map((probability, row) => ({
      features: { x: rows[row] },
      expected: { fraudProbability: probability, riskScore: probability },
    }));
    await writeFile(join(model, 'cases.json'), JSON.stringify(cases));
    expect(await checkModel(model)).toMatchObject({ problems: [], providers: [{ largestDifference: 0 }] });
  });

  it('explains a row by variants that run alone too', async () => {
    await using scorer = await create(await modelWith(folder, 'dynamic-int8', { batch: 'alone' }));
    const logit = (p: number): number => Math.log(p / (1 - p));
    const scoreOf = async (x: number[]): Promise<number> => {
      const { fraudProbability } = await scorer.score({ features: { x } });
      return logit(fraudProbability ?? Number.NaN);
    };
    const x = [0.5, 3.3];
    const result = await scorer.score({ features: { x } }, { explain: true });
    const reasons = 'reasons' in result ? (result.reasons ?? []) : [];
    const contribution = (await scoreOf(x)) - (await scoreOf([0.5, 0]));
    expect(reasons[0]).toMatchObject({ feature: 'x[1]', contribution: expect.closeTo(contribution, 3) });
  });
});
