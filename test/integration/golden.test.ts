import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { goldenCases } from '../support/golden.js';
import { goldenModel } from '../support/paths.js';

const cases = goldenCases();

describe('the golden cases, answered by PyTorch', () => {
  let scorer: FraudScorer;

  beforeAll(async () => {
    scorer = await FraudScorer.create({ model: goldenModel, workers: 2, batching: { maxBatchSize: 16 } });
  });
  afterAll(() => scorer.close());

  it('are reproduced to 1e-5, levels and decisions exactly, on two workers at once', async () => {
    const outcomes = await scorer.scoreMany(cases.map(({ features }) => ({ features })));
    expect(outcomes).toHaveLength(200);
    for (const [index, outcome] of outcomes.entries()) {
      const expected = cases[index]?.expected;
      if (outcome.status !== 'fulfilled' || outcome.value.source !== 'model' || expected === undefined) {
        throw new Error(`case ${index} was not answered`);
      }
      const { fraudProbability, riskScore, riskLevel, decision, attention } = outcome.value;
      expect(Math.abs(fraudProbability - expected.fraudProbability)).toBeLessThan(1e-5);
      expect(Math.abs(riskScore - expected.riskScore)).toBeLessThan(1e-5);
      expect({ riskLevel, decision }).toEqual({ riskLevel: expected.riskLevel, decision: expected.decision });
      expect(attention).toEqual([1]);
    }
  });

  it('give the same result bit by bit, alone or in any batch, from arrays or typed arrays', async () => {
    const typed = cases.map(({ features }) => ({
      features: Object.fromEntries(Object.entries(features).map(([name, values]) => [name, Float32Array.from(values)])),
    }));
    const together = await scorer.scoreMany(typed);
    for (const index of [0, 17, 99, 199]) {
      const request = cases[index];
      if (request === undefined) throw new Error('no such case');
      const alone = await scorer.score({ features: request.features });
      const outcome = together[index];
      if (outcome?.status !== 'fulfilled') throw new Error('not answered');
      expect([alone.fraudProbability, alone.riskScore]).toEqual([
        outcome.value.fraudProbability,
        outcome.value.riskScore,
      ]);
    }
  });
});
