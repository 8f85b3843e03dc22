import { afterEach, describe, expect, it } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';

const request = { features: { x: [0.25] } };

const open: FraudScorer[] = [];

async function create(options: FraudScorerOptions): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({
    ...{ model: fixtureModel('sqrt'), providers: ['cpu'], workers: 1 },
    ...options,
  });
  open.push(scorer);
  return scorer;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
});

describe('the alerts of a scorer', () => {
  it('are readable with their history, and after close too', async () => {
    let waiting = 1;
    const scorer = await create({
      alerts: {
        custom: [{ name: 'callers', look: () => waiting, threshold: 0, affectsHealth: false, advice: 'Ask them' }],
      },
    });
    expect(scorer.alerts()).toEqual({ active: [], history: [] });
    const raised = await new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    expect(raised).toEqual({
      ...{ rule: 'callers', severity: 'warning', version: null, value: 1, threshold: 0, since: expect.any(Number) },
      ...{ message: 'callers is 1, allowed 0. Ask them', advice: 'Ask them' },
    });
    expect(scorer.alerts()).toEqual({ active: [raised], history: [{ ...raised, clearedAt: null }] });
    expect(scorer.summary().activeAlerts).toEqual([raised]);
    expect(scorer.health()).toMatchObject({ status: 'ok', reasons: [] });
    waiting = 0;
    const cleared = await new Promise<Alert>((resolve) => scorer.once('alertCleared', resolve));
    expect(cleared).toEqual({ ...raised, value: 0, message: 'callers is 0, allowed 0' });
    await scorer.close();
    const { active, history } = scorer.alerts();
    expect(active).toEqual([]);
    expect(history).toEqual([{ ...raised, clearedAt: expect.any(Number) }]);
  });

  it('tell of drift in a window that never holds 500 rows', async () => {
    const scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'], drift: { windowRows: 400 } });
    open.push(scorer);
    const raised = new Promise<Alert>((resolve) => {
      scorer.on('alert', (alert) => {
        if (alert.rule === 'drift') resolve(alert);
      });
    });
    const far = {
      transaction_features: new Float32Array(50).fill(1e6),
      user_features: new Float32Array(30).fill(1e6),
      merchant_features: new Float32Array(20).fill(1e6),
    };
    await scorer.scoreMany(Array.from({ length: 400 }, () => ({ features: far })));
    expect((await raised).message).toMatch(/^Version "1": Drift from the training data: /);
  });

  it("log a rule of the host's that throws once, and go on scoring and looking", async () => {
    const errors: unknown[] = [];
    const logger = { info: () => {}, warn: () => {}, error: (...line: unknown[]) => errors.push(line) };
    const broken = (): never => {
      throw new TypeError('of card 4111');
    };
    let looks = 0;
    const scorer = await create({
      logger,
      alerts: {
        rules: { latency: false, targetLatency: false, memory: false },
        custom: [
          { name: 'broken', look: broken, threshold: 1 },
          { name: 'sound', look: ({ versions }) => versions.length + (looks++ > 1 ? 1 : 0), threshold: 1 },
        ],
      },
    });
    const raised = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    expect(await scorer.score(request)).toMatchObject({ source: 'model' });
    expect(await raised).toMatchObject({ rule: 'sound', value: 2 });
    expect(errors).toEqual([['An alert rule of the host failed', { rule: 'broken', reason: 'it threw TypeError' }]]);
  });

  it('are raised where the labels say otherwise than the probabilities', async () => {
    const scorer = await create({
      alerts: { rules: { calibration: { minimumVolume: 20 }, falsePositiveRate: false, latency: false } },
    });
    const raised = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    const { fraudProbability } = await scorer.score(request);
    await Promise.all(Array.from({ length: 20 }, (_, index) => scorer.score({ id: `${index}`, ...request })));
    for (let index = 0; index < 20; index += 1) scorer.recordOutcome({ id: `${index}`, isFraud: false });
    const alert = await raised;
    expect(alert).toMatchObject({ rule: 'calibration', version: '1', severity: 'critical' });
    expect(alert.value).toBeCloseTo(Number(fraudProbability), 6);
  });

  it("are refused where a rule of the host's is not as documented", async () => {
    const custom = [{ name: 'memory', look: () => 1, threshold: 1 }];
    await expect(create({ alerts: { custom } })).rejects.toThrow(
      'alerts.custom[0].name: expected a name of its own, received that of a rule of the package',
    );
  });
});
