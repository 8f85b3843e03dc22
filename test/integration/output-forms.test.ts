import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel } from '../support/paths.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forms-'));
});
afterEach(() => rm(folder, { recursive: true }));

function create(model: string): Promise<FraudScorer> {
  return FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
}

const rows = [
  [0, 0],
  [1, 0.5],
  [-2, 1.25],
  [3, -0.75],
  [0.125, 2],
];

// What `forms` computes, by hand.
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const logitOf = ([a = 0, b = 0]: readonly number[]): number => a - 2 * b + 0.25;
const logits3 = ([a = 0, b = 0]: readonly number[]): number[] => [a - 0.5 * b, -a + 0.25 * b + 0.5, 0.5 * a + b - 0.5];
const softmax = (logits: number[], column: number): number => {
  const powers = logits.map(Math.exp);
  return (powers[column] ?? 0) / powers.reduce((sum, power) => sum + power, 0);
};
const distanceOf = ([a = 0, b = 0]: readonly number[]): number => a * a + b * b;
const platt = { method: 'platt', a: 0.5, b: -2 };
const isotonic = { method: 'isotonic', x: [0, 1, 4], y: [0.125, 0.25, 0.75] };
const byPoints = (score: number): number =>
  score <= 1 ? 0.125 + 0.125 * score : score <= 4 ? 0.25 + (score - 1) / 6 : 0.75;

const forms: [string, Record<string, unknown>, (row: readonly number[]) => number][] = [
  ['two columns of logits', { outputs: { logits: 'logits2' } }, (row) => sigmoid(logitOf(row))],
  [
    'the first of two columns of logits',
    { outputs: { logits: 'logits2', fraudClass: 0 } },
    (row) => sigmoid(-logitOf(row)),
  ],
  ['three columns of logits', { outputs: { logits: 'logits3', fraudClass: 2 } }, (row) => softmax(logits3(row), 2)],
  ['a logit', { outputs: { logit: 'logit' } }, (row) => sigmoid(logitOf(row))],
  ['two columns of probabilities', { outputs: { probabilities: 'probabilities2' } }, (row) => sigmoid(logitOf(row))],
  [
    'the first of two columns of probabilities',
    { outputs: { probabilities: 'probabilities2', fraudClass: 0 } },
    (row) => sigmoid(-logitOf(row)),
  ],
  [
    'a column of three',
    { outputs: { probabilities: 'probabilities3', fraudClass: 0 } },
    (row) => softmax(logits3(row), 0),
  ],
  [
    'a label of three',
    { outputs: { probabilities: 'probabilities3', fraudClass: 'fake', classes: ['good', 'stolen', 'fake'] } },
    (row) => softmax(logits3(row), 2),
  ],
  [
    'a label that is a number',
    { outputs: { probabilities: 'probabilities3', fraudClass: '7', classes: [-1, 7, 9] } },
    (row) => softmax(logits3(row), 1),
  ],
  ['a probability in float64', { outputs: { probability: 'double' } }, (row) => sigmoid(logitOf(row))],
  [
    'a score with a Platt calibration',
    { outputs: { score: 'distance' }, calibration: platt },
    (row) => sigmoid(0.5 * distanceOf(row) - 2),
  ],
  [
    'a score with an isotonic calibration',
    { outputs: { score: 'distance' }, calibration: isotonic },
    (row) => byPoints(distanceOf(row)),
  ],
  [
    'a probability that is calibrated',
    { outputs: { probability: 'probability' }, calibration: platt },
    (row) => sigmoid(0.5 * sigmoid(logitOf(row)) - 2),
  ],
  [
    'a probability with a wrongly declared shape',
    { outputs: { probability: 'misdeclared' } },
    (row) => sigmoid(logitOf(row)),
  ],
  [
    'a probability with a risk of its own',
    { outputs: { logit: 'logit', riskScore: 'probability' } },
    (row) => sigmoid(logitOf(row)),
  ],
];

describe('an output', () => {
  it.each(forms)(
    'is served as %s, the same by score, scoreMany, scoreColumns and check',
    async (_, fields, expected) => {
      const model = await modelWith(folder, 'forms', fields);
      const probabilities = rows.map(expected);
      await using scorer = await create(model);
      const requests = rows.map((x) => ({ features: { x } }));
      for (const [index, request] of requests.entries()) {
        const result = await scorer.score(request);
        expect(result.fraudProbability).toBeCloseTo(probabilities[index] ?? Number.NaN, 6);
        expect(result.riskScore).toBeCloseTo(probabilities[index] ?? Number.NaN, 6);
      }
      const many = await scorer.scoreMany(requests);
      const columns = await scorer.scoreColumns({ x: Float32Array.from(rows.flat()) }, rows.length);
      for (const [index, probability] of probabilities.entries()) {
        expect(many[index]).toMatchObject({ value: { fraudProbability: expect.closeTo(probability, 6) } });
        expect(columns.fraudProbability[index]).toBeCloseTo(probability, 6);
        expect(columns.riskScore[index]).toBeCloseTo(probability, 6);
      }
      const cases = rows.map((x, index) => {
        const probability = probabilities[index];
        return { features: { x }, expected: { fraudProbability: probability, riskScore: probability } };
      });
      await writeFile(join(model, 'cases.json'), JSON.stringify(cases));
      expect(await checkModel(model)).toMatchObject({ problems: [], providers: [{ cases: rows.length }] });
    },
  );

  it('is served in float16, to its three digits', async () => {
    await using scorer = await create(await modelWith(folder, 'forms', { outputs: { probability: 'half' } }));
    for (const x of rows) {
      const { fraudProbability } = await scorer.score({ features: { x } });
      expect(Math.abs((fraudProbability ?? Number.NaN) - sigmoid(logitOf(x)))).toBeLessThan(1e-3);
    }
  });

  it.each<[string, Record<string, unknown>, (row: readonly number[]) => number]>([
    [
      'of three classes',
      { outputs: { probabilities: 'probabilities3', fraudClass: 2 } },
      (row) => softmax(logits3(row), 2),
    ],
    [
      'with a calibration',
      { outputs: { score: 'distance' }, calibration: platt },
      (row) => sigmoid(0.5 * distanceOf(row) - 2),
    ],
  ])('is explained by what the fraud probability loses: %s', async (_, fields, of) => {
    await using scorer = await create(await modelWith(folder, 'forms', fields));
    const result = await scorer.score({ features: { x: [2, -1] } }, { explain: true });
    const logit = (p: number): number => Math.log(p / (1 - p));
    const reasons = 'reasons' in result ? (result.reasons ?? []) : [];
    for (const [feature, without] of [
      ['x[0]', [0, -1]],
      ['x[1]', [2, 0]],
    ] as const) {
      const contribution = logit(of([2, -1])) - logit(of(without));
      expect(reasons).toContainEqual(
        expect.objectContaining({ feature, contribution: expect.closeTo(contribution, 4) }),
      );
    }
  });

  it('is noted by the check where the graph declares another shape than it gives', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { probability: 'misdeclared' } });
    const { notes } = await checkModel(model);
    expect(notes).toContainEqual(
      'outputs.probability: "misdeclared" as the graph has it, float32 [1, 1]; it gives [rows] or [rows, 1], which is what counts',
    );
  });

  it('is compared by optimizeModel as it is served', async () => {
    const report = await optimizeModel(fixtureModel('forms'), join(folder, 'out'), { runs: 1, batchSizes: [1] });
    expect(report.verification.differences).toMatchObject({ logits: null });
    expect(report.verification.largestDifference).toBeLessThan(1e-6);
  });
});

describe('an output that is no score', () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'three classes without fraudClass',
      { outputs: { probabilities: 'probabilities3' } },
      'outputs.fraudClass',
      /which of the 3 columns of "probabilities3" is fraud/,
    ],
    [
      'a column that is not there',
      { outputs: { logits: 'logits3', fraudClass: 3 } },
      'outputs.fraudClass',
      /an integer from 0 to 2, received 3/,
    ],
    [
      'labels for another number of classes',
      { outputs: { probabilities: 'probabilities3', classes: ['a', 'b'], fraudClass: 'b' } },
      'outputs.probabilities',
      /float32 \[rows, 3\], received "probabilities3", \[rows, 2\]/,
    ],
    [
      'the label',
      { outputs: { probability: 'label' } },
      'outputs.probability',
      /the label that the model predicts and no score; the scores may be in "logit"/,
    ],
    [
      'probabilities as a probability',
      { outputs: { probability: 'probabilities2' } },
      'outputs.probability',
      /name a column of probabilities for each class as outputs.probabilities, with outputs.fraudClass/,
    ],
    [
      'one logit as logits',
      { outputs: { logits: 'logit' } },
      'outputs.logits',
      /name one column of logits as outputs.logit/,
    ],
    [
      'probabilities as logits',
      { outputs: { logits: 'probabilities3', fraudClass: 1 } },
      'outputs.logits',
      /Name this output as outputs.probabilities/,
    ],
    [
      'logits as probabilities',
      { outputs: { probabilities: 'logits3', fraudClass: 1 } },
      'outputs.probabilities',
      /name them as outputs.logits/,
    ],
    [
      'a logit as a probability',
      { outputs: { probability: 'logit' } },
      'outputs.probability',
      /Name a logit as outputs.logit/,
    ],
    [
      'a probability as a logit',
      { outputs: { logit: 'probability' } },
      'outputs.logit',
      /name it as outputs.probability/,
    ],
    [
      'a distance as a probability',
      { outputs: { probability: 'distance' } },
      'outputs.probability',
      /outputs.score and give a calibration/,
    ],
    [
      'what an autoencoder gives back',
      { inputs: [{ name: 'x', size: 2 }], outputs: { score: 'reconstruction' }, calibration: platt },
      'outputs.score',
      /An autoencoder, which gives back its input, has no score/,
    ],
  ])('is refused with what to do: %s', async (_, fields, path, message) => {
    const model = await modelWith(folder, 'forms', fields);
    await expect(create(model)).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringMatching(message),
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    const { problems } = await checkModel(model);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  it('is refused as a sequence of maps, with both ways out', async () => {
    const way = /ends in ZipMap\. Run `fraud-scorer adopt model\.onnx`, or export with zipmap=False/;
    await expect(create(fixtureModel('zip-map'))).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringMatching(way),
    });
    const { problems } = await checkModel(fixtureModel('zip-map'));
    expect(problems.map(({ message }) => message).join('\n')).toMatch(way);
  });

  it('is refused without a calibration where it is a score', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { score: 'distance' } });
    await expect(create(model)).rejects.toMatchObject({ issues: [{ path: 'calibration' }] });
  });
});
