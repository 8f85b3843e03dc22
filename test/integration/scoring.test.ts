import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ClosedError,
  FraudScorer,
  type FraudScorerOptions,
  InvalidRequestError,
  type ModelResult,
  type ScoreRequest,
  type ScoreResult,
} from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const open: FraudScorer[] = [];

async function create(options: FraudScorerOptions): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({ workers: 1, ...options });
  open.push(scorer);
  return scorer;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
});

function modelResult(result: ScoreResult): ModelResult {
  if (result.source !== 'model') throw new Error('answered by the fallback');
  return result;
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe('FraudScorer with any model whose manifest and graph agree', () => {
  it('serves a probability output of one axis, other input names, and no risk score', async () => {
    const scorer = await create({ model: fixtureModel('linear') });
    const result = modelResult(await scorer.score({ id: 'a', features: { left: [1, 0.5, 2], right: [3, -1.5] } }));
    // The right input is normalised: (3 - 1) / 2 and (-1.5 + 1) / 0.5.
    expect(result.fraudProbability).toBeCloseTo(sigmoid(1 - 1 + 1 + 0.25 * 1 + 3 * -1), 6);
    expect(result.riskScore).toBe(result.fraudProbability);
    expect(result).toMatchObject({
      id: 'a',
      source: 'model',
      provider: 'cpu',
      model: { name: 'linear', version: '1' },
    });
    expect(result).not.toHaveProperty('attention');
  });

  it('takes thresholds from the defaults, then the manifest, then the options, field by field', async () => {
    const features = { left: [0, 0, 0], right: [1, -1] };
    const byManifest = await create({ model: fixtureModel('linear') });
    // sigmoid(0) = 0.5: above the manifest's reviewProbability of 0.25, not above the default of 0.5.
    expect((await byManifest.score({ features })).decision).toBe('REVIEW');
    const byOptions = await create({ model: fixtureModel('linear'), policy: { blockProbability: 0.4 } });
    expect((await byOptions.score({ features })).decision).toBe('BLOCK');
    byOptions.setPolicy({ blockProbability: 0.8, reviewProbability: 0.6, reviewRisk: 0.6 });
    expect((await byOptions.score({ features })).decision).toBe('APPROVE');
    expect(() => byOptions.setPolicy({ blockRisk: 2 })).toThrowError(/policy\.blockRisk.*at most 1, received 2/);
  });

  it('fails a row whose outputs are no scores, alone, and answers its neighbours', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    const outcomes = await scorer.scoreMany([0.25, -1, 0.81, 4].map((x) => ({ features: { x: [x] } })));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    const [first, nan] = outcomes;
    if (first?.status !== 'fulfilled' || nan?.status !== 'rejected') throw new Error('unexpected');
    expect(modelResult(first.value)).toMatchObject({
      fraudProbability: 0.5,
      riskScore: 0.75,
      attention: [0.25, 0.25, 0.25, 0.25],
    });
    expect(nan.reason.code).toBe('ERR_INFERENCE');
    expect(scorer.summary().requests).toMatchObject({ total: 4, succeeded: 2, failed: 2 });
  });

  it('rejects a batch the runtime fails on with ERR_INFERENCE, and goes on', async () => {
    const scorer = await create({ model: fixtureModel('failing'), batching: { maxBatchSize: 1 } });
    const error = await scorer.score({ features: { x: [77] } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_INFERENCE' });
    expect(String(error)).not.toContain('77');
    expect((await scorer.score({ features: { x: [2] } })).decision).toBe('BLOCK');
  });
});

describe('score', () => {
  it('rejects, and never throws, whatever it is given', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    const requests: unknown[] = [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { features: null },
      { features: { x: 'no' } },
      () => {},
    ];
    for (const request of requests) {
      await expect(scorer.score(untyped<ScoreRequest>(request))).rejects.toBeInstanceOf(InvalidRequestError);
    }
    expect(scorer.summary().requests).toMatchObject({ total: requests.length, rejected: requests.length });
  });

  it('names every issue of a request by its path, and no values', async () => {
    const scorer = await create({ model: fixtureModel('linear') });
    const request = { id: '', amount: Number.NaN, features: { left: [1, Number.NaN, '3133.7'], riht: [1, 2] } };
    const error = await scorer.score(untyped<ScoreRequest>(request)).catch((reason: unknown) => reason);
    if (!(error instanceof InvalidRequestError)) throw new Error('another error');
    expect(error.issues).toEqual([
      { path: 'id', expected: 'a non-empty string', received: 'an empty string' },
      { path: 'amount', expected: 'a finite number', received: 'NaN' },
      { path: 'features.left[1]', expected: 'a finite number', received: 'NaN' },
      {
        path: 'features.left[2]',
        expected: 'a finite number',
        received: 'a string that holds a number (convert it with Number)',
      },
      { path: 'features.right', expected: 'an array of 2 finite numbers', received: 'nothing' },
      {
        path: 'features.riht',
        expected: 'only the inputs left, right',
        received: 'an unknown input (did you mean right?)',
      },
    ]);
    expect(error.message).not.toContain('3133.7');
  });

  it('refuses unknown options, and options out of their range', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    const features = { x: [0.5] };
    await expect(scorer.score({ features }, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(scorer.score({ features }, untyped({ timeout: 5 }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
  });

  it('is not harmed by a request whose getter scores, or closes the scorer', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    const inner: Promise<ScoreResult>[] = [];
    const scoring = {
      get x() {
        inner.push(scorer.score({ features: { x: [0.09] } }));
        return [0.49];
      },
    };
    const outer = modelResult(await scorer.score({ features: scoring }));
    expect(outer.fraudProbability).toBeCloseTo(0.7, 6);
    for (const result of await Promise.all(inner)) expect(result.fraudProbability).toBeCloseTo(0.3, 6);
    const closing = {
      get x() {
        void scorer.close();
        return [0.49];
      },
    };
    await expect(scorer.score({ features: closing })).rejects.toBeInstanceOf(ClosedError);
  });
});

describe('scoreMany', () => {
  it('settles each request on its own, in order, and feeds in more than the queue holds', async () => {
    const scorer = await create({ model: fixtureModel('sqrt'), maxQueueSize: 10, batching: { maxBatchSize: 4 } });
    const requests = Array.from({ length: 500 }, (_, index) => ({
      features: { x: [index % 7 === 3 ? Number.NaN : index / 500] },
    }));
    const outcomes = await scorer.scoreMany(requests);
    expect(outcomes).toHaveLength(500);
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 7 === 3)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_INVALID_REQUEST' } });
      else if (outcome.status === 'fulfilled')
        expect(outcome.value.fraudProbability).toBe(Math.fround(Math.sqrt(Math.fround(index / 500))));
      else throw outcome.reason;
    }
    expect(scorer.summary().queue.maxDepth).toBeLessThanOrEqual(10);
    expect(scorer.summary().performance.batchSize.max).toBeLessThanOrEqual(4);
  });

  it('rejects as a whole only where the options or the list are invalid', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    expect(await scorer.scoreMany([])).toEqual([]);
    function* breaking(): Generator<{ features: { x: number[] } }> {
      yield { features: { x: [0.25] } };
      throw new Error('of the host');
    }
    await expect(scorer.scoreMany(breaking())).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      cause: { message: 'of the host' },
    });
    expect(scorer.summary().requests.succeeded).toBe(1);
    await expect(scorer.scoreMany([], { timeoutMs: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(scorer.scoreMany(untyped(undefined))).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  });
});

describe('scoreMany over a stream', () => {
  const request = { features: { x: [0.25] } };

  it('asks for the next request only once there is room for it', async () => {
    const scorer = await create({ model: fixtureModel('sqrt'), maxQueueSize: 8, batching: { maxBatchSize: 4 } });
    let deepest = 0;
    async function* stream() {
      for (let index = 0; index < 300; index += 1) {
        deepest = Math.max(deepest, scorer.summary().queue.depth);
        yield { features: { x: [index / 300] } };
      }
    }
    const outcomes = await scorer.scoreMany(stream());
    expect(deepest).toBeLessThan(8);
    for (const [index, outcome] of outcomes.entries()) {
      const expected = Math.fround(Math.sqrt(Math.fround(index / 300)));
      expect(outcome).toMatchObject({ status: 'fulfilled', value: { fraudProbability: expected } });
    }
    expect(outcomes).toHaveLength(300);
  });

  it('settles what it was given before it rejects for a stream that throws', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    async function* breaking() {
      yield request;
      yield request;
      throw new Error('of the host');
    }
    await expect(scorer.scoreMany(breaking())).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      cause: { message: 'of the host' },
    });
    expect(scorer.summary().requests).toMatchObject({ total: 2, succeeded: 2 });
  });

  it('takes a stream of the platform, and one that is a list too as a stream', async () => {
    const scorer = await create({ model: fixtureModel('sqrt') });
    expect(await scorer.scoreMany(Readable.from([request, request]))).toHaveLength(2);
    const both = Object.assign([request], {
      async *[Symbol.asyncIterator]() {
        yield request;
        yield request;
      },
    });
    expect(await scorer.scoreMany(both)).toHaveLength(2);
  });
});

describe('outcomes', () => {
  it('fill the confusion matrix, and can be revised, or come from the host', async () => {
    const scorer = await create({ model: fixtureModel('sqrt'), policy: { blockRisk: 1, reviewRisk: 1 } });
    for (const [id, x] of [
      ['a', 0.81],
      ['b', 0.04],
      ['c', 0.36],
    ] as const)
      await scorer.score({ id, features: { x: [x] } });
    expect(scorer.recordOutcome({ id: 'a', isFraud: true })).toBe(true);
    expect(scorer.recordOutcome({ id: 'b', isFraud: true })).toBe(true);
    expect(scorer.recordOutcome({ id: 'c', isFraud: true })).toBe(true);
    expect(scorer.recordOutcome({ id: 'c', isFraud: false })).toBe(true);
    expect(scorer.recordOutcome({ id: 'unknown', isFraud: true })).toBe(false);
    expect(scorer.recordOutcome({ id: 'old', isFraud: false, decision: 'APPROVE', version: '0' })).toBe(true);
    expect(scorer.summary().business).toMatchObject({
      total: 3,
      approved: 1,
      reviewed: 1,
      blocked: 1,
      labelled: 4,
      confusion: { truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 },
      precision: 0.5,
      detectionRate: 0.5,
      falsePositiveRate: 0.5,
    });
    expect(() => scorer.recordOutcome(untyped({ id: 7 }))).toThrowError(/id: expected .*isFraud: expected/);
  });

  it('sum the amounts of requests by decision and label, of score and of scoreMany, and calibrate their scores', async () => {
    const scorer = await create({ model: fixtureModel('sqrt'), policy: { blockRisk: 1, reviewRisk: 1 } });
    await scorer.score({ id: 'a', amount: 100, features: { x: [0.81] } });
    await scorer.scoreMany([
      { id: 'b', amount: 30, features: { x: [0.04] } },
      { id: 'c', features: { x: [0.36] } },
    ]);
    for (const id of ['a', 'b', 'c']) scorer.recordOutcome({ id, isFraud: id !== 'c' });
    const told = { decision: 'APPROVE', version: '0', amount: 7, fraudProbability: 0.25 } as const;
    scorer.recordOutcome({ id: 'old', isFraud: false, ...told });
    const { business, deployments } = scorer.summary();
    expect(business.money).toMatchObject({ fraudCaught: 100, fraudMissed: 30, goodStopped: 0, goodApproved: 7 });
    expect(business.money.withoutAmount).toBe(1);
    expect(business.calibration).toMatchObject({ labels: 4, fraudShare: 0.5 });
    expect(deployments[0]?.business.money).toMatchObject({ fraudCaught: 100, fraudMissed: 30, goodApproved: 0 });
    expect(deployments[0]?.business.coverage.BLOCK).toMatchObject({ decided: 1, labelled: 1, coverage: 1 });
    expect(JSON.parse(JSON.stringify(business))).toEqual(business);
  });
});
