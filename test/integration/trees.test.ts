import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, type ScoreRequest } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const lines: { message: string; fields: object }[] = [];
const note = (message: string, fields: object = {}): void => void lines.push({ message, fields });

let scorer: FraudScorer;
beforeAll(async () => {
  const logger = { debug: note, info: note, warn: note, error: note };
  scorer = await FraudScorer.create({ model: fixtureModel('trees'), workers: 1, logger });
});
afterAll(async () => {
  await scorer.close();
});

describe('a tree ensemble', () => {
  const cases: [features: object, probability: number][] = [
    [{ X: [50, 3] }, 0.1],
    [{ X: [Number.NaN, 3] }, 0.1],
    [{ hour: 12 }, 0.1],
    [{ amount: null, hour: 12 }, 0.1],
    [{ amount: 150, hour: 3 }, 0.7],
    [{ X: { hour: 12, amount: 150 } }, 0.4],
  ];

  it('takes missing values, and scores by the column of fraud', async () => {
    const requests = cases.map(([features]) => untyped<ScoreRequest>({ features }));
    const outcomes = await scorer.scoreMany(requests);
    for (const [index, [, probability]] of cases.entries()) {
      expect(outcomes[index]).toMatchObject({ value: { fraudProbability: Math.fround(probability) } });
    }
    const X = Float32Array.of(Number.NaN, 3, 150, 3);
    expect([...(await scorer.scoreColumns({ X }, 2)).fraudProbability]).toEqual([0.1, 0.7].map(Math.fround));
  });

  it('passes the trial and the check', async () => {
    expect((await checkModel(fixtureModel('trees'))).problems).toEqual([]);
  });

  it('is run by the CPU though CUDA goes first, with the reason in health and in the log', () => {
    const reason = 'the runtime has no cuda kernel for TreeEnsembleClassifier of the graph: the CPU runs this model';
    expect(scorer.health()).toMatchObject({
      status: 'ok',
      provider: 'cpu',
      providers: [{ provider: 'cuda', reason }, { provider: 'cpu' }],
    });
    expect(lines).toContainEqual({
      message: 'The CPU runs this model, as the runtime has no GPU kernels for it',
      fields: { operators: ['TreeEnsembleClassifier'] },
    });
  });
});
