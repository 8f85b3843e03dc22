import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureBuilder, generateTransactions, type ReferenceFeatures } from '../../models/visa-fraud/reference.js';
import { FraudScorer, type ModelResult, type ScoreResult } from '../../src/index.js';
import { bundledModelDirectory } from '../../src/models/bundled-model.js';

interface Input {
  name: keyof ReferenceFeatures;
  features: string[];
  descriptions: string[];
  mean: number[];
}

const manifest: { inputs: Input[] } = JSON.parse(readFileSync(join(bundledModelDirectory(), 'model.json'), 'utf8'));

/** A place in the inputs: which input, and which of its features. */
interface Place {
  input: Input;
  index: number;
}

const places: Place[] = manifest.inputs.flatMap((input) => input.features.map((_, index) => ({ input, index })));

/** The features with some of them at their training means. */
function atMeans(features: ReferenceFeatures, occluded: readonly Place[]): ReferenceFeatures {
  const copy: ReferenceFeatures = {
    transaction_features: features.transaction_features.slice(),
    user_features: features.user_features.slice(),
    merchant_features: features.merchant_features.slice(),
  };
  for (const { input, index } of occluded) copy[input.name][index] = input.mean[index] ?? Number.NaN;
  return copy;
}

function logit(probability: number): number {
  const p = Math.min(Math.max(probability, 1e-7), 1 - 1e-7);
  return Math.log(p / (1 - p));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function answered(result: ScoreResult): ModelResult {
  if (result.source !== 'model') throw new Error('answered by the fallback');
  return result;
}

describe('the bundled graph', () => {
  it('has no arithmetic on shapes, which the runtime would take from a GPU to the CPU', () => {
    // A node's operator stands in the file as field 4: its tag, its length and its name.
    const graph = readFileSync(join(bundledModelDirectory(), 'model.onnx'), 'latin1');
    const has = (operator: string): boolean => graph.includes(`\x22${String.fromCharCode(operator.length)}${operator}`);
    expect(['Gemm', 'Sigmoid', 'Clip'].filter((operator) => !has(operator))).toEqual([]);
    expect(['Shape', 'Size', 'ConstantOfShape', 'Gather', 'Range', 'NonZero'].filter(has)).toEqual([]);
  });
});

describe('the bundled reference model', () => {
  let scorer: FraudScorer;
  const blocked: { features: ReferenceFeatures; result: ModelResult }[] = [];
  const decisions = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };

  beforeAll(async () => {
    scorer = await FraudScorer.create({ workers: 1, explain: 'block', timeoutMs: 30_000 });
    const builder = new FeatureBuilder();
    const rows = [...generateTransactions({ seed: 99, days: 75, customers: 300 })].map((transaction) =>
      builder.next(transaction),
    );
    // The first weeks have no history to go by.
    const settled = rows.slice(rows.length >> 1);
    const outcomes = await scorer.scoreMany(settled.map((features) => ({ features })));
    for (const [index, outcome] of outcomes.entries()) {
      const features = settled[index];
      if (outcome.status !== 'fulfilled' || features === undefined) throw new Error('not answered');
      decisions[outcome.value.decision] += 1;
      if (outcome.value.decision === 'BLOCK') blocked.push({ features, result: answered(outcome.value) });
    }
  });
  afterAll(() => scorer.close());

  it('approves, reviews and blocks in shares that a card issuer could live with', () => {
    const total = decisions.APPROVE + decisions.REVIEW + decisions.BLOCK;
    expect(decisions.APPROVE / total).toBeGreaterThan(0.97);
    expect(decisions.BLOCK).toBeGreaterThan(20);
  });

  it('gives reasons with names and descriptions for what it blocks', () => {
    // A score beyond 1 − 1e-7 is kept at that, and where no single feature takes it below none has moved it.
    const explained = blocked.filter(({ result }) => (result.reasons?.length ?? 0) > 0);
    expect(explained.length / blocked.length).toBeGreaterThan(0.9);
    for (const { result } of blocked) {
      for (const { input, feature, description } of result.reasons ?? []) {
        const at = manifest.inputs.find(({ name }) => name === input);
        expect(description).toBe(at?.descriptions[at.features.indexOf(feature)]);
      }
    }
  });

  it('gives faithful reasons: without them the logit falls at least 3 times as far as without four features at random', async () => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x80000000;
    };
    const [byReasons, atRandom]: [number[], number[]] = [[], []];
    for (const { features, result } of blocked) {
      const raising = (result.reasons ?? [])
        .filter(({ direction }) => direction === 'raises')
        .flatMap(({ input, feature }) =>
          places.filter((place) => place.input.name === input && place.input.features[place.index] === feature),
        );
      const four = Array.from({ length: 4 }, () => places[Math.floor(random() * places.length)]).filter(
        (place) => place !== undefined,
      );
      // The score that decided is the one the reasons are of.
      const score = (scored: ModelResult): number =>
        logit(result.fraudProbability > Math.fround(0.8) ? scored.fraudProbability : scored.riskScore);
      const drop = async (occluded: Place[]): Promise<number> =>
        score(result) -
        score(answered(await scorer.score({ features: atMeans(features, occluded) }, { explain: false })));
      byReasons.push(await drop(raising));
      atRandom.push(await drop(four));
    }
    expect(median(byReasons)).toBeGreaterThan(0);
    expect(median(byReasons)).toBeGreaterThanOrEqual(3 * median(atRandom));
  });
});
