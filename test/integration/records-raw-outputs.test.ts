import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FraudScorerOptions } from '../../src/api/options.js';
import type { RecordedDecision, RecordedRawOutputs } from '../../src/api/records.js';
import { FraudScorer } from '../../src/index.js';
import { readRecords } from '../../src/records/index.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel } from '../support/paths.js';
import { type RecordingOptions, recordTo } from '../support/recorded-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raw-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rows = [
  [0, 0],
  [1, 0.5],
  [-2, 1.25],
  [3, -0.75],
  [0.125, 2],
  [-0.25, 0],
];

/** Scores the rows in one batch, as far as that goes, and reads the records of them, in the order of the rows. */
async function recorded(
  model: string,
  recording: Partial<RecordingOptions> = {},
  options: Partial<FraudScorerOptions> = {},
): Promise<RecordedDecision[]> {
  const directory = join(folder, 'records');
  await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], drift: false, ...options });
  const log = recordTo(scorer, { directory, fields: { '/id': 'keep' }, ...recording });
  const results = await scorer.scoreMany(rows.map((x, row) => ({ id: String(row), features: { x } })));
  expect(results.map(({ status }) => status)).toEqual(rows.map(() => 'fulfilled'));
  log.end();
  const decisions: RecordedDecision[] = [];
  for await (const record of readRecords(directory)) if (record.kind === 'decision') decisions.push(record);
  await rm(directory, { recursive: true });
  return decisions.sort((a, b) => Number(a.id) - Number(b.id));
}

// What `forms` computes, by hand.
type Row = readonly number[];
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const logitOf = ([a = 0, b = 0]: Row): number => a - 2 * b + 0.25;
const logits3 = ([a = 0, b = 0]: Row): number[] => [a - 0.5 * b, -a + 0.25 * b + 0.5, 0.5 * a + b - 0.5];
const softmax3 = (row: Row): number[] => {
  const powers = logits3(row).map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, each) => sum + each, 0));
};
const distanceOf = ([a = 0, b = 0]: Row): number => a * a + b * b;
const platt = { method: 'platt', a: 0.5, b: -2 };

/** The name, the manifest's fields, what the graph gives for a row, and the score that the package makes of it. */
const forms: [
  keyof RecordedRawOutputs,
  string,
  Record<string, unknown>,
  (row: Row) => number[],
  (raw: number[]) => number,
][] = [
  [
    'logits',
    'three classes',
    { outputs: { logits: 'logits3', fraudClass: 2 } },
    logits3,
    ([a = 0, b = 0, c = 0]) => 1 / (Math.exp(a - c) + Math.exp(b - c) + 1),
  ],
  ['logit', 'a margin', { outputs: { logit: 'logit' } }, (row) => [logitOf(row)], ([z = 0]) => sigmoid(z)],
  [
    'score',
    'a distance with a Platt calibration',
    { outputs: { score: 'distance' }, calibration: platt },
    (row) => [distanceOf(row)],
    ([distance = 0]) => sigmoid(0.5 * distance - 2),
  ],
  [
    'probability',
    'a probability with a calibration',
    { outputs: { probability: 'probability' }, calibration: platt },
    (row) => [sigmoid(logitOf(row))],
    ([probability = 0]) => sigmoid(0.5 * probability - 2),
  ],
  [
    'probabilities',
    'probabilities of three classes',
    { outputs: { probabilities: 'probabilities3', fraudClass: 0 } },
    softmax3,
    ([probability = 0]) => probability,
  ],
];

describe('A record', () => {
  it.each(forms)('has %s, of which the package made the score: %s', async (form, _, fields, raw, score) => {
    const model = await modelWith(folder, 'forms', fields);
    for (const format of ['binary', 'ndjson'] as const) {
      const decisions = await recorded(model, { format });
      expect(decisions).toHaveLength(rows.length);
      for (const [row, { rawOutputs, fraudProbability }] of decisions.entries()) {
        expect(Object.keys(rawOutputs ?? {})).toEqual([form]);
        const numbers = (rawOutputs?.[form] ?? []).map(Number);
        const expected = raw(rows[row] ?? []);
        expect(numbers).toHaveLength(expected.length);
        for (const [column, value] of expected.entries()) {
          expect(numbers[column]).toBeCloseTo(value, 5);
          expect(numbers[column]).toBe(Math.fround(numbers[column] ?? Number.NaN));
        }
        // Exactly: what was recorded is what the score was made of.
        expect(fraudProbability).toBe(Math.fround(score(numbers)));
      }
    }
  });

  it('has two logits, the first of which may be the one of fraud', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { logits: 'logits2', fraudClass: 0 } });
    for (const { rawOutputs, fraudProbability } of await recorded(model)) {
      const [fraud = 0, other = 0] = (rawOutputs?.logits ?? []).map(Number);
      expect(fraudProbability).toBe(Math.fround(1 / (1 + Math.exp(other - fraud))));
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['a probability', { outputs: { probability: 'probability' } }],
    ['one of two probabilities', { outputs: { probabilities: 'probabilities2', fraudClass: 0 } }],
    ['a probability beside a risk score', { outputs: { probability: 'probability', riskScore: 'double' } }],
  ])('has nothing beside the scores where they are what the graph gave: %s', async (_, fields) => {
    const decisions = await recorded(await modelWith(folder, 'forms', fields));
    expect(decisions).toHaveLength(rows.length);
    for (const decision of decisions) expect(decision).not.toHaveProperty('rawOutputs');
  });

  it('has the same raw outputs where the answer waited for its reasons, or where others of the batch are not recorded', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { logits: 'logits3', fraudClass: 2 } });
    const plain = (await recorded(model)).map(({ rawOutputs }) => rawOutputs);
    const explained = await recorded(model, {}, { explain: true });
    expect(explained.every(({ reasons }) => reasons !== undefined)).toBe(true);
    expect(explained.map(({ rawOutputs }) => rawOutputs)).toEqual(plain);
    const policy = { reviewProbability: 0.3, blockProbability: 0.99, reviewRisk: 1, blockRisk: 1 };
    const sampled = await recorded(model, { sample: { APPROVE: 0 } }, { policy });
    expect(sampled.length).toBeGreaterThan(0);
    expect(sampled.length).toBeLessThan(rows.length);
    for (const { id, rawOutputs } of sampled) expect(rawOutputs).toEqual(plain[Number(id)]);
  });

  it('keeps its raw outputs, exact, where its features are masked or left out', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { logits: 'logits3', fraudClass: 2 } });
    const plain = (await recorded(model)).map(({ rawOutputs }) => rawOutputs);
    const masked = await recorded(model, { fields: { '/id': 'keep', '/features/x': 'remove' } });
    expect(masked.map(({ features }) => features)).toEqual(rows.map(() => ({ x: [null, null] })));
    expect(masked.map(({ rawOutputs }) => rawOutputs)).toEqual(plain);
    const left = await recorded(model, { fields: { '/id': 'keep', '/features': 'remove' } });
    expect(left[0]).not.toHaveProperty('features');
    expect(left.map(({ rawOutputs }) => rawOutputs)).toEqual(plain);
  });

  it('of the fallback has none', async () => {
    const directory = join(folder, 'records');
    const options = { model: fixtureModel('forms'), workers: 1, providers: ['cpu'], drift: false } as const;
    await using scorer = await FraudScorer.create({ ...options, fallback: 'REVIEW', maxQueueSize: 1 });
    const log = recordTo(scorer, { directory });
    await Promise.all(Array.from({ length: 50 }, () => scorer.score({ features: { x: [0, 1] } })));
    log.end();
    const has = { fallback: new Set<boolean>(), policy: new Set<boolean>(), host: new Set<boolean>() };
    for await (const record of readRecords(directory)) {
      if (record.kind === 'decision') has[record.decidedBy].add(record.rawOutputs !== undefined);
    }
    expect(has).toEqual({ fallback: new Set([false]), policy: new Set([true]), host: new Set() });
  });
});
