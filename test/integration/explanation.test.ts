import { afterEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions, type Reason, type ScoreResult } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { goldenCases } from '../support/golden.js';
import { fixtureModel, goldenModel } from '../support/paths.js';

const open: FraudScorer[] = [];

async function create(options: FraudScorerOptions): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({ workers: 1, ...options });
  open.push(scorer);
  return scorer;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
});

function reasons(result: ScoreResult): Reason[] {
  if (result.source !== 'model' || result.reasons === undefined) throw new Error('no reasons were given');
  return result.reasons;
}

const logit = (p: number): number => Math.log(p / (1 - p));

describe('reasons', () => {
  it('equal the exact contributions of a linear model: weight times distance from the mean, the strongest four', async () => {
    const scorer = await create({ model: fixtureModel('linear') });
    const features = { left: [0.75, 0.25, -0.2], right: [3, -1.5] };
    const given = reasons(await scorer.score({ features }, { explain: true }));
    // The right input is normalised by (x − [1, −1]) / [2, 0.5]; its means are its zero.
    const exact = [
      { input: 'right', feature: 'right[1]', contribution: 3 * -1, direction: 'lowers' },
      { input: 'left', feature: 'a', contribution: 0.75, direction: 'raises' },
      { input: 'left', feature: 'b', contribution: -0.5, direction: 'lowers' },
      { input: 'right', feature: 'right[0]', contribution: 0.25, direction: 'raises' },
    ];
    expect(given).toHaveLength(4);
    for (const [index, { contribution, ...reason }] of exact.entries()) {
      expect(given[index]).toMatchObject(reason);
      expect(given[index]?.contribution).toBeCloseTo(contribution, 5);
    }
  });

  it('leave out features that did not move the score', async () => {
    const scorer = await create({ model: fixtureModel('linear') });
    const given = reasons(await scorer.score({ features: { left: [0, 2, 0], right: [1, -1] } }, { explain: true }));
    expect(given.map(({ feature }) => feature)).toEqual(['b']);
  });

  it('are of the risk where the risk alone decided', async () => {
    // probability = sqrt(x), risk = 1 − x: at 0.04 the risk of 0.96 blocks alone, at 0.81 the probability does.
    const scorer = await create({ model: fixtureModel('sqrt'), explain: 'block' });
    const [byRisk] = reasons(await scorer.score({ features: { x: [0.04] } }));
    expect(byRisk?.contribution).toBeCloseTo(logit(0.96) - logit(1 - 1e-7), 3);
    const [byProbability] = reasons(await scorer.score({ features: { x: [0.81] } }));
    expect(byProbability?.contribution).toBeCloseTo(logit(0.9) - logit(1e-7), 3);
  });

  it('equal what scoring the row with that feature at its mean gives, on the golden model', async () => {
    const scorer = await create({ model: goldenModel, policy: { blockRisk: 1, reviewRisk: 1 } });
    const features = goldenCases()[3]?.features ?? {};
    const result = await scorer.score({ features }, { explain: true });
    const { fraudProbability } = result;
    expect(reasons(result)).toHaveLength(4);
    const mean: Record<string, number[]> = Object.fromEntries(
      (await import('../fixtures/golden/model.json', { with: { type: 'json' } })).default.inputs.map((input) => [
        input.name,
        input.mean,
      ]),
    );
    for (const { input, feature, contribution } of reasons(result)) {
      const index = Number(/\[(\d+)\]$/.exec(feature)?.[1]);
      const values = [...(features[input] ?? [])];
      values[index] = mean[input]?.[index] ?? Number.NaN;
      const without = await scorer.score({ features: { ...features, [input]: values } });
      expect(contribution).toBeCloseTo(logit(fraudProbability ?? 0) - logit(without.fraudProbability ?? 0), 3);
    }
  });

  it('are given where the scorer, or the request, asks for them, and nowhere else', async () => {
    const scorer = await create({ model: fixtureModel('linear'), explain: 'review' });
    const review = { left: [0, 0, 0], right: [1, -1.01] };
    const approve = { left: [-9, 0, 0], right: [1, -1] };
    expect(await scorer.score({ features: review })).toMatchObject({ decision: 'REVIEW', reasons: expect.anything() });
    expect(await scorer.score({ features: approve })).not.toHaveProperty('reasons');
    expect(await scorer.score({ features: review }, { explain: false })).not.toHaveProperty('reasons');
    expect(await scorer.score({ features: review }, { explain: 'block' })).not.toHaveProperty('reasons');
    expect(await scorer.score({ features: approve }, { explain: true })).toHaveProperty('reasons');
    expect(scorer.summary()).toMatchObject({
      explanations: { given: 2, skipped: 0 },
      requests: { total: 5, succeeded: 5 },
    });
  });

  it('explain many at once without mixing them up', async () => {
    const scorer = await create({ model: fixtureModel('linear'), workers: 2, timeoutMs: 20_000 });
    const requests = Array.from({ length: 300 }, (_, index) => ({
      features: { left: [index / 100, 0, 0], right: [1, -1] },
    }));
    for (const [index, outcome] of (await scorer.scoreMany(requests, { explain: true })).entries()) {
      if (outcome.status !== 'fulfilled') throw outcome.reason;
      const given = reasons(outcome.value);
      if (index === 0) expect(given).toEqual([]);
      else expect(given[0]?.contribution).toBeCloseTo(index / 100, 4);
    }
  });

  it('do not keep an answer beyond its deadline, a close, or a lost worker', async () => {
    const gate = new WorkerGate();
    const scorer = await create({ model: fixtureModel('sqrt'), workerFile: gate.workerFile });
    const request = { features: { x: [0.81] } };
    gate.tell('hold explains');
    const late = await scorer.score(request, { explain: true, timeoutMs: 50 });
    expect(late).toMatchObject({ source: 'model', decision: 'BLOCK' });
    expect(late).not.toHaveProperty('reasons');
    const controller = new AbortController();
    const aborted = scorer.score(request, { explain: true, signal: controller.signal });
    const cut = scorer.score(request, { explain: true, timeoutMs: 20_000 });
    await gate.arrived(3);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const closing = scorer.close({ timeoutMs: 20 });
    expect(await cut).toMatchObject({ source: 'model', decision: 'BLOCK' });
    gate.tell('pass');
    expect((await closing).abandoned).toBe(0);
    expect((await closing).summary.requests).toMatchObject({ total: 3, succeeded: 2, cancelled: 1 });
    gate.close();
  });

  it('close well where a listener that hears of one answer without reasons aborts another request', async () => {
    const gate = new WorkerGate();
    const scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      timeoutMs: 60_000,
    });
    gate.tell('hold explains');
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    const outcomes = Promise.allSettled(
      controllers.map(({ signal }) => scorer.score({ features: { x: [0.25] } }, { explain: true, signal })),
    );
    // The batch, and the first of the explanations.
    await gate.arrived(2);
    scorer.on('decision', () => {
      for (const controller of controllers) controller.abort();
    });
    const closing = scorer.close({ timeoutMs: 0 });
    const codes = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'answered'));
    expect(codes).toEqual(['answered', 'ERR_ABORTED', 'ERR_ABORTED']);
    gate.tell('pass');
    expect((await closing).abandoned).toBe(0);
    gate.close();
  });

  it('that never come back cost their worker, as any other task, and stop none that come later', async () => {
    const gate = new WorkerGate();
    const options = { workerFile: gate.workerFile, workerHangMs: 200, timeoutMs: 20_000 };
    const scorer = await create({ model: fixtureModel('sqrt'), ...options });
    const request = { features: { x: [0.81] } };
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    gate.tell('hold explains');
    let isAnswered = false;
    const unexplained = scorer.score(request, { explain: true, timeoutMs: Number.POSITIVE_INFINITY });
    void unexplained.then(() => {
      isAnswered = true;
    });
    // It answers everything else meanwhile, but for what it has in hand in the end.
    while (!isAnswered) await scorer.score(request).catch(() => {});
    expect(await unexplained).not.toHaveProperty('reasons');
    expect(await lost).toMatchObject({ reason: 'it hung: nothing came back for 200 ms' });
    expect(reasons(await scorer.score(request, { explain: true }))).toHaveLength(1);
    expect(scorer.summary().explanations).toEqual({ given: 1, skipped: 1 });
    gate.close();
  });
});
