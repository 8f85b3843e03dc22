import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel, type ScoreRequest } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { modelWith } from '../support/model-with.js';
import { untyped } from '../support/untyped.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'typed-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Row {
  country: string;
  amount: number | bigint;
  age?: number | null | undefined;
}

const rows: Row[] = [
  { country: 'DE', amount: 100, age: 30 },
  { country: 'TR', amount: 250n, age: null },
  { country: 'FR', amount: 0, age: 20.5 },
  { country: 'TR', amount: 999 },
  { country: 'DE', amount: 12, age: Number.NaN },
];

function expectedOf({ country, amount, age }: Row): number {
  const code = country === 'DE' ? 1 : country === 'TR' ? 2 : 5;
  const years = age === undefined || age === null || Number.isNaN(age) ? 50 : age;
  return 1 / (1 + Math.exp(-(2 * (0.1 * code + Number(amount) / 1_000 + years / 100) - 1)));
}

function create(model: string): Promise<FraudScorer> {
  return FraudScorer.create({ model, workers: 1, providers: ['cpu'], logger: undefined });
}

describe.each([
  ['in runs of three', {}],
  ['each in a run of its own', { batch: 'alone' }],
])('texts, integers and missing values of a graph with a fixed batch axis, %s', (_, fields) => {
  it('have the same scores alone, together, by name and in columns', async () => {
    await using scorer = await create(await modelWith(folder, 'batch-3-typed', fields));
    const requests = rows.map((features) => untyped<ScoreRequest>({ features }));
    const outcomes = await scorer.scoreMany(requests);
    const columns = untyped<Record<string, number[]>>({
      country: rows.map(({ country }) => country),
      amount: rows.map(({ amount }) => amount),
      age: rows.map(({ age }) => age),
    });
    const { fraudProbability } = await scorer.scoreColumns(columns, rows.length);
    for (const [index, row] of rows.entries()) {
      const expected = expect.closeTo(expectedOf(row), 6);
      expect(await scorer.score(untyped<ScoreRequest>({ features: row }))).toMatchObject({
        fraudProbability: expected,
        riskScore: expected,
      });
      expect(outcomes[index]).toMatchObject({ value: { fraudProbability: expected } });
      expect(fraudProbability[index]).toBeCloseTo(expectedOf(row), 6);
    }
  });

  it('are explained by what each score loses where a feature is missing, or of an unknown category', async () => {
    await using scorer = await create(await modelWith(folder, 'batch-3-typed', fields));
    const features = { country: 'DE', amount: 300, age: 90 };
    const result = await scorer.score({ features }, { explain: true });
    expect('reasons' in result ? result.reasons : []).toMatchObject([
      { feature: 'country[0]', contribution: expect.closeTo(-0.8, 4), direction: 'lowers' },
      { feature: 'age[0]', contribution: expect.closeTo(0.8, 4), direction: 'raises' },
      { feature: 'amount[0]', contribution: expect.closeTo(0.6, 4), direction: 'raises' },
    ]);
  });

  it('may stand in cases.json, by name, and are tried by the check and the tools', async () => {
    const model = await modelWith(folder, 'batch-3-typed', fields);
    const cases = rows
      .slice(0, 1)
      .concat({ country: 'FR', amount: 7, age: null })
      .map((features) => ({
        features: { ...features, amount: Number(features.amount) },
        expected: { fraudProbability: expectedOf(features), riskScore: expectedOf(features) },
      }));
    await writeFile(join(model, 'cases.json'), JSON.stringify(cases));
    expect(await checkModel(model)).toMatchObject({
      problems: [],
      providers: [{ largestDifference: expect.closeTo(0, 6) }],
    });
    await (await create(model)).close();
    const { entries } = await profileModel(model, { providers: ['cpu'], batchSizes: [2], runs: 1 });
    expect(entries).toHaveLength(1);
    const optimized = await optimizeModel(model, join(folder, 'out'), { runs: 1, batchSizes: [2] });
    expect(optimized.verification.largestDifference).toBeLessThan(1e-6);
  });
});

describe('a model without a score for missing values that its manifest takes', () => {
  it('is noted by the check, as the trial has rows with missing values', async () => {
    const inputs = [
      { name: 'X', size: 3 },
      { name: 'age', size: 1, missing: 'nan' },
    ];
    const { problems, notes } = await checkModel(await modelWith(folder, 'missing', { inputs }));
    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/\d+ of 256 invented rows got no score/));
  });
});
