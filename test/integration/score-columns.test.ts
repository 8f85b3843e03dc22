import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureColumns } from '../../src/api/request.js';
import { FraudScorer, InvalidRequestError } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { goldenCases } from '../support/golden.js';
import { fixtureModel, goldenModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const cases = goldenCases();
const rows = 5_000;
const inputs = { transaction_features: 50, user_features: 30, merchant_features: 20 };
const codes = { APPROVE: 0, REVIEW: 1, BLOCK: 2 };

/** The golden cases over and over, as columns. */
function goldenColumns(count: number): Record<keyof typeof inputs, Float32Array> {
  const column = (name: keyof typeof inputs): Float32Array => {
    const values = new Float32Array(count * inputs[name]);
    for (let row = 0; row < count; row += 1)
      values.set(cases[row % cases.length]?.features[name] ?? [], row * inputs[name]);
    return values;
  };
  return {
    transaction_features: column('transaction_features'),
    user_features: column('user_features'),
    merchant_features: column('merchant_features'),
  };
}

async function issuesOf(promise: Promise<unknown>): Promise<{ path: string; received: string }[]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.issues.map(({ path, received }) => ({ path, received }));
    throw error;
  }
  throw new Error('it was answered');
}

describe('scoreColumns', () => {
  let scorer: FraudScorer;
  const columns = goldenColumns(rows);

  beforeAll(async () => {
    scorer = await FraudScorer.create({ model: goldenModel, workers: 2 });
  });
  afterAll(() => scorer.close());

  it('gives each row what score gives it, bit by bit, decisions as codes', async () => {
    const { fraudProbability, riskScore, decision } = await scorer.scoreColumns(columns, rows);
    expect([fraudProbability.length, riskScore.length, decision.length]).toEqual([rows, rows, rows]);
    const singles = await scorer.scoreMany(cases.map(({ features }) => ({ features })));
    for (let row = 0; row < rows; row += 1) {
      const single = singles[row % cases.length];
      if (single?.status !== 'fulfilled' || single.value.source !== 'model') throw new Error('not answered');
      expect(fraudProbability[row]).toBe(single.value.fraudProbability);
      expect(riskScore[row]).toBe(single.value.riskScore);
      expect(decision[row]).toBe(codes[single.value.decision]);
    }
  });

  it('takes any arrays of numbers, and no rows at all', async () => {
    const few = goldenColumns(3);
    const mixed = {
      transaction_features: [...few.transaction_features],
      user_features: Float64Array.from(few.user_features),
      merchant_features: few.merchant_features,
    };
    expect(await scorer.scoreColumns(mixed, 3)).toEqual(await scorer.scoreColumns(few, 3));
    expect(await scorer.scoreColumns(goldenColumns(0), 0)).toEqual({
      fraudProbability: new Float32Array(0),
      riskScore: new Float32Array(0),
      decision: new Uint8Array(0),
      model: { name: 'golden', version: '7' },
    });
  });

  it('counts the rows as decisions, the call as one request, and the rows in the throughput', async () => {
    const before = scorer.summary();
    await scorer.scoreColumns(columns, rows);
    const { business, requests } = scorer.summary();
    expect(business.total - before.business.total).toBe(rows);
    expect(business.approved + business.reviewed + business.blocked).toBe(business.total);
    expect(requests.succeeded - before.requests.succeeded).toBe(1);
  });

  it('refuses a bad value by its row and column, wherever it is, before anything is scored', async () => {
    const bad = goldenColumns(rows);
    bad.user_features[4_321 * 30 + 7] = Number.NaN;
    bad.merchant_features[0] = Number.POSITIVE_INFINITY;
    const before = scorer.summary();
    expect(await issuesOf(scorer.scoreColumns(bad, rows))).toEqual([
      { path: 'features.merchant_features[0][0]', received: 'an infinite number' },
      { path: 'features.user_features[4321][7]', received: 'NaN' },
    ]);
    const { business, requests, performance } = scorer.summary();
    expect(business).toEqual(before.business);
    expect(performance.batchSize).toEqual(before.performance.batchSize);
    expect(requests.rejected - before.requests.rejected).toBe(1);
  });

  it('refuses what is no list of the right length, is missing or is unknown, and lists it all', async () => {
    const { transaction_features } = goldenColumns(2);
    const wrong = { transaction_features, user_features: new Float32Array(59), other: [1] };
    expect(await issuesOf(scorer.scoreColumns(wrong, 2))).toEqual([
      { path: 'features.other', received: 'an unknown input' },
      { path: 'features.user_features', received: 'one of 59' },
      { path: 'features.merchant_features', received: 'nothing' },
    ]);
    expect(await issuesOf(scorer.scoreColumns(columns, 1.5))).toEqual([{ path: 'rows', received: '1.5' }]);
    const none = untyped<FeatureColumns>(null);
    expect(await issuesOf(scorer.scoreColumns(none, 2))).toEqual([{ path: 'features', received: 'null' }]);
    const text = untyped<FeatureColumns>({ ...goldenColumns(1), user_features: Array(30).fill('1') });
    expect((await issuesOf(scorer.scoreColumns(text, 1)))[0]).toEqual({
      path: 'features.user_features[0][0]',
      received: 'a string that holds a number (convert it with Number)',
    });
  });

  it('refuses unknown options and an aborted signal', async () => {
    const options = untyped<object>({ priority: 1 });
    await expect(scorer.scoreColumns(columns, rows, options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    const aborted = scorer.scoreColumns(columns, rows, { signal: AbortSignal.abort('enough') });
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
  });

  it('settles where a signal of the host throws when it is let go, and where it is aborted while values are read', async () => {
    class Hostile extends EventTarget {
      aborted = false;
      reason = 'mine';
      override removeEventListener(): void {
        throw new Error('hostile');
      }
    }
    const signal = untyped<AbortSignal>(new Hostile());
    expect((await scorer.scoreColumns(goldenColumns(3), 3, { signal })).decision).toHaveLength(3);
    await expect(scorer.scoreColumns(columns, rows, { signal, timeoutMs: 0.01 })).rejects.toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
    });
    const controller = new AbortController();
    const few = goldenColumns(1);
    const touchy = new Proxy([...few.user_features], {
      get: (values, key, receiver) => {
        if (key === '3') controller.abort('while read');
        return Reflect.get(values, key, receiver);
      },
    });
    const own = await FraudScorer.create({ model: goldenModel, workers: 1 });
    const call = own.scoreColumns({ ...few, user_features: touchy }, 1, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'while read' });
    expect(await own.close({ timeoutMs: 10_000 })).toMatchObject({ abandoned: 0 });
  });

  it('answers single requests beside a long call', async () => {
    const many = goldenColumns(60_000);
    let isOver = false;
    const bulk = scorer.scoreColumns(many, 60_000).then(() => {
      isOver = true;
    });
    const [first] = cases;
    if (first === undefined) throw new Error('no case');
    // As many turns of the loop as it takes until the values are checked and the first rows are on their way.
    while (scorer.summary().workers.busy === 0) await new Promise((resolve) => setImmediate(resolve));
    await scorer.score({ features: first.features });
    expect(isOver).toBe(false);
    await bulk;
  });
});

describe('scoreColumns, where things go wrong', () => {
  const gate = new WorkerGate();
  let scorer: FraudScorer;
  const columns = { left: new Float32Array(3_000 * 3).fill(1), right: new Float32Array(3_000 * 2) };

  async function create(): Promise<void> {
    scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, workerFile: gate.workerFile });
  }
  afterEach(async () => {
    gate.tell('pass');
    await scorer.close();
  });
  afterAll(() => gate.close());

  it('gives up at its timeout and at its signal, while a worker has its rows', async () => {
    await create();
    gate.tell('hold');
    const controller = new AbortController();
    const aborted = scorer.scoreColumns(columns, 3_000, { signal: controller.signal });
    const expired = scorer.scoreColumns(columns, 3_000, { timeoutMs: 20 });
    await expect(expired).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(scorer.summary()).toMatchObject({
      requests: { expired: 1, cancelled: 1, total: 2 },
      business: { total: 0 },
    });
    gate.tell('pass');
    expect((await scorer.scoreColumns(columns, 3_000)).decision).toHaveLength(3_000);
  });

  it('sends rows again once if they were lost with their worker', async () => {
    await create();
    gate.tell('hold');
    const scored = scorer.scoreColumns(columns, 3_000);
    await gate.arrived(1);
    gate.tell('exit');
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    await lost;
    gate.tell('pass');
    expect(new Set((await scored).fraudProbability).size).toBe(1);
    expect(scorer.summary().business.total).toBe(3_000);
  });

  it('is waited for by close, and cut off by its timeout', async () => {
    await create();
    gate.tell('hold');
    const cutOff = scorer.scoreColumns(columns, 3_000);
    cutOff.catch(() => {});
    const report = scorer.close({ timeoutMs: 30 });
    await expect(cutOff).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    gate.tell('pass');
    expect(await report).toMatchObject({ abandoned: 1, summary: { requests: { failed: 1, total: 1 } } });
    await expect(scorer.scoreColumns(columns, 3_000)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('waits as long as it is told, beyond what a timer of Node.js takes too', async () => {
    await create();
    gate.tell('hold');
    const scored = scorer.scoreColumns(columns, 3_000, { timeoutMs: Number.MAX_SAFE_INTEGER });
    await gate.arrived(1);
    const closing = scorer.close({ timeoutMs: 2 ** 31 });
    // A timer that is told too much fires after 1 ms.
    await new Promise((resolve) => setTimeout(resolve, 30));
    gate.tell('pass');
    expect((await scored).decision).toHaveLength(3_000);
    expect(await closing).toMatchObject({ abandoned: 0 });
  });
});
