import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions, type Health, type Logger } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const request = { features: { x: [0.25] } };

describe('when workers are busy, slow or lost', () => {
  let gate: WorkerGate;
  const open: FraudScorer[] = [];

  beforeEach(() => {
    gate = new WorkerGate();
  });
  afterEach(async () => {
    gate.tell('pass');
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
    gate.close();
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      ...options,
    });
    open.push(scorer);
    return scorer;
  }

  it('gives a request up at its deadline while its batch runs, and while it waits', async () => {
    const scorer = await create({ batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const running = scorer.score(request, { timeoutMs: 30 });
    await gate.arrived(1);
    const waiting = scorer.score(request, { timeoutMs: 30 });
    expect(scorer.summary().queue).toMatchObject({ depth: 1, inFlight: 1 });
    // All at once: one that rejects while another is awaited must not go unheard.
    const codes = (await Promise.allSettled([running, waiting])).map((outcome) => {
      return outcome.status === 'rejected' ? outcome.reason.code : 'answered';
    });
    expect(codes).toEqual(new Array(2).fill('ERR_DEADLINE_EXCEEDED'));
    expect(scorer.summary().queue.depth).toBe(0);
    gate.tell('pass');
    expect((await scorer.score(request)).decision).toBe('REVIEW');
    // The one that waited never reached the worker.
    expect(await gate.arrived(2)).toHaveLength(2);
    expect(scorer.summary().requests).toMatchObject({ total: 3, succeeded: 1, expired: 2 });
  });

  it("rejects requests when their caller's signal is aborted, with one listener for all that share it", async () => {
    const scorer = await create();
    gate.tell('hold');
    const controller = new AbortController();
    const promises = Array.from({ length: 30 }, () => scorer.score(request, { signal: controller.signal }));
    await gate.arrived(1);
    const reason = new Error('the customer left');
    controller.abort(reason);
    for (const promise of promises) await expect(promise).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    await expect(scorer.score(request, { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(scorer.summary().requests).toMatchObject({ total: 31, cancelled: 31 });
    expect(scorer.summary().performance.errorRate).toBeNull();
  });

  it('refuses requests at once when the queue is full, and health() warns before that', async () => {
    const scorer = await create({ maxQueueSize: 5, batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const taken = [scorer.score(request)];
    await gate.arrived(1);
    taken.push(...Array.from({ length: 5 }, () => scorer.score(request)));
    expect(scorer.health()).toMatchObject({ status: 'degraded', ready: true, queueDepth: 5 });
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    await expect(scorer.score({ features: { x: [Number.NaN] } })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
    });
    gate.tell('pass');
    for (const promise of taken) expect(await promise).toMatchObject({ source: 'model' });
    expect(scorer.summary().requests).toMatchObject({ total: 8, succeeded: 6, rejected: 2 });
  });

  it('answers with the fallback where the model could not, and never for an invalid request', async () => {
    const seen: unknown[] = [];
    const scorer = await create({
      fallback: ({ amount }, { code }) => {
        seen.push([amount, code]);
        return (amount ?? 0) > 100 ? 'REVIEW' : 'APPROVE';
      },
    });
    gate.tell('hold');
    const result = await scorer.score({ id: 'a', amount: 250, ...request }, { timeoutMs: 20 });
    expect(result).toMatchObject({
      source: 'fallback',
      id: 'a',
      decision: 'REVIEW',
      error: 'ERR_DEADLINE_EXCEEDED',
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
    });
    await expect(scorer.score({ features: {} })).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    expect(seen).toEqual([[250, 'ERR_DEADLINE_EXCEEDED']]);
    expect(scorer.summary().requests).toMatchObject({ total: 2, expired: 1, rejected: 1, fallback: 1 });
    expect(scorer.summary().business.total).toBe(0);
  });

  it('rejects with the original error where the fallback throws', async () => {
    const scorer = await create({
      fallback: () => {
        throw new Error('no');
      },
    });
    gate.tell('hold');
    await expect(scorer.score(request, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
  });

  it('rejects at close the requests that it could not answer in time, counts them as failed, and reports them', async () => {
    const scorer = await create({ batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const promises = Array.from({ length: 5 }, () => scorer.score(request));
    await gate.arrived(1);
    const closing = scorer.close({ timeoutMs: 50 });
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    for (const promise of promises) await expect(promise).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    const { abandoned, summary } = await closing;
    expect(abandoned).toBe(5);
    expect(summary.requests).toMatchObject({ total: 6, failed: 5, rejected: 1 });
    expect(await scorer.close()).toEqual(await closing);
  });

  it('answers everything it took in before it closes', async () => {
    const scorer = await create({ batching: { maxBatchSize: 2 } });
    gate.tell('hold');
    const promises = Array.from({ length: 9 }, () => scorer.score(request));
    await gate.arrived(1);
    const closing = scorer.close();
    expect(scorer.health()).toMatchObject({ status: 'unavailable', ready: false });
    gate.tell('pass');
    for (const promise of promises) expect(await promise).toMatchObject({ source: 'model' });
    expect((await closing).abandoned).toBe(0);
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(scorer.summary().requests).toMatchObject({ total: 10, succeeded: 9, rejected: 1 });
  });

  it('raises an alert once, however often it looks, and logs it', async () => {
    const warnings: string[] = [];
    const logger: Logger = { info: () => {}, warn: (message) => warnings.push(message), error: () => {} };
    const scorer = await create({ alerts: { maxLatencyMs: 0.001, maxMemoryGb: 0.001 }, logger });
    const alerts: Alert[] = [];
    scorer.on('alert', (alert) => alerts.push(alert));
    const both = new Promise<void>((resolve) => {
      scorer.on('alert', () => {
        if (alerts.length === 2) resolve();
      });
    });
    await scorer.scoreMany(Array.from({ length: 20 }, () => request));
    await both;
    expect(alerts.map(({ rule }) => rule).sort()).toEqual(['latency', 'memory']);
    expect(alerts[0]).toMatchObject({ severity: 'critical', threshold: 0.001 });
    expect(warnings).toHaveLength(2);
    const health: Health = scorer.health();
    expect(health).toMatchObject({ status: 'degraded', ready: true });
    expect(health.reasons).toHaveLength(2);
    expect(scorer.summary().activeAlerts).toHaveLength(2);
  });

  it("is not disturbed by a host's listener that throws, now or later", async () => {
    const errors: string[] = [];
    const error = (message: string): void => void errors.push(message);
    const scorer = await create({ logger: { info: () => {}, warn: () => {}, error } });
    const ids: unknown[] = [];
    scorer.on('decision', () => {
      throw new Error('a listener');
    });
    scorer.on('decision', async () => {
      throw new Error('a promise');
    });
    scorer.on('decision', ({ id }) => ids.push(id));
    expect(await scorer.score({ id: 'a', ...request })).toMatchObject({ source: 'model' });
    expect(ids).toEqual(['a']);
    // The second within a second is counted, not logged; a rejection that nobody caught would fail this run.
    expect(errors).toEqual(["A listener of 'decision' failed"]);
  });
});

describe('create', () => {
  it.each([
    [{ workers: 0 }, /workers: expected an integer of at least 1/],
    [{ workres: 2 }, /workres: expected one of .*received an unknown field/],
    [{ providers: ['cdua'] }, /providers\[0\]: expected 'cuda', 'tensorrt' or 'cpu', received "cdua"/],
    [{ batching: { maxBatchSize: 1.5 } }, /batching\.maxBatchSize: expected an integer/],
    [{ policy: { blockRisk: 1.5 } }, /policy\.blockRisk: expected a number of at least 0 and at most 1, received 1\.5/],
    [{ workerFile: '/no/such/worker.js' }, /workerFile: expected/],
  ])('refuses %j by naming the option, what was expected and what came', async (options, message) => {
    const error = await FraudScorer.create(untyped({ model: fixtureModel('sqrt'), ...options })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(String(error)).toMatch(message);
  });

  it('lists every disagreement between manifest and graph', async () => {
    const error = await FraudScorer.create({ model: fixtureModel('disagreeing'), workers: 1 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_MODEL_INVALID' });
    for (const field of [
      'inputs[0]',
      'inputs[1]',
      'inputs[2]',
      'inputs[3].name',
      'inputs:',
      'outputs.probability',
      'outputs.riskScore',
      'outputs.attention',
    ]) {
      expect(String(error)).toContain(field);
    }
  });

  it('says why a provider that was requested alone does not work here', async () => {
    await expect(
      FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, providers: ['cuda'] }),
    ).rejects.toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/cuda: .+/),
    });
  });

  it('reports why CUDA was not used where it falls back to the CPU', async () => {
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 2 });
    const [cuda, cpu] = scorer.summary().workers.providers;
    expect(cuda).toEqual({ provider: 'cuda', reason: expect.stringMatching(/.+/) });
    expect(cpu).toEqual({ provider: 'cpu', reason: null });
    await scorer.close();
  });

  it("says that a worker's heap is too small for it to start", async () => {
    await expect(
      FraudScorer.create({ model: fixtureModel('sqrt'), workers: 2, resourceLimits: { maxOldGenerationSizeMb: 4 } }),
    ).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RESOURCES',
      message: expect.stringContaining("memory of the worker's JavaScript heap: raise resourceLimits"),
    });
  });
});
