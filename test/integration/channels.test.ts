import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerChannels, type FraudScorerOptions } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

type Name = keyof FraudScorerChannels;

const storage = new AsyncLocalStorage<string>();
const features = { x: [0.25] };

describe('channels of node:diagnostics_channel', () => {
  let gate: WorkerGate;
  const open: FraudScorer[] = [];
  const stops: (() => void)[] = [];

  beforeEach(() => {
    gate = new WorkerGate();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    gate.tell('pass');
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
    gate.close();
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({
      ...{ model: fixtureModel('sqrt'), workers: 1, workerFile: gate.workerFile },
      ...options,
    });
    open.push(scorer);
    return scorer;
  }

  /** Notes what is published on a channel. */
  function hear<N extends Name>(
    name: N,
    onMessage?: (message: FraudScorerChannels[N]) => void,
  ): FraudScorerChannels[N][] {
    const heard: FraudScorerChannels[N][] = [];
    const listener = (message: unknown): void => {
      heard.push(message as FraudScorerChannels[N]);
      onMessage?.(message as FraudScorerChannels[N]);
    };
    diagnostics.subscribe(name, listener);
    stops.push(() => diagnostics.unsubscribe(name, listener));
    return heard;
  }

  it('tell of a request that the model answered, without its id or features', async () => {
    const scorer = await create();
    const heard = hear('fraud-scorer:request');
    const result = await scorer.score({ id: 'a', features });
    expect(heard).toEqual([
      {
        scorer,
        outcome: 'succeeded',
        source: 'model',
        decision: result.decision,
        version: '1',
        error: null,
        totalMs: result.timing.totalMs,
        queueMs: expect.any(Number),
        inferenceMs: expect.any(Number),
        batchSize: 1,
        at: expect.any(Number),
      },
    ]);
    expect(heard[0]?.scorer).toBe(scorer);
  });

  it.each([
    ['invalid', { outcome: 'rejected', error: 'ERR_INVALID_REQUEST', version: '1' }, { x: ['no'] }, {}],
    ['of unknown options', { outcome: 'rejected', error: 'ERR_INVALID_OPTIONS', version: '' }, { x: [1] }, { nope: 1 }],
    [
      'aborted',
      { outcome: 'cancelled', error: 'ERR_ABORTED', version: '' },
      { x: [1] },
      { signal: AbortSignal.abort() },
    ],
  ])('tell of a request that is %s', async (_, expected, values, options) => {
    const scorer = await create();
    const heard = hear('fraud-scorer:request');
    await expect(scorer.score({ features: values } as never, options as never)).rejects.toThrow();
    expect(heard).toMatchObject([{ ...expected, source: null, decision: null, queueMs: null }]);
  });

  it('tell of a request that expires, and of one that is aborted, while a worker holds it', async () => {
    const scorer = await create();
    const heard = hear('fraud-scorer:request');
    gate.tell('hold');
    const controller = new AbortController();
    const late = scorer.score({ features }, { timeoutMs: 30 });
    const given = scorer.score({ features }, { signal: controller.signal });
    await expect(late).rejects.toThrow();
    controller.abort();
    await expect(given).rejects.toThrow();
    expect(heard.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['expired', 'ERR_DEADLINE_EXCEEDED'],
      ['cancelled', 'ERR_ABORTED'],
    ]);
  });

  it('tell of what the fallback answered by its cause, and of its decision', async () => {
    const scorer = await create({ fallback: 'REVIEW' });
    const requests = hear('fraud-scorer:request');
    const decisions = hear('fraud-scorer:decision');
    gate.tell('hold');
    await scorer.score({ id: 'b', features }, { timeoutMs: 20 });
    expect(requests).toMatchObject([
      { outcome: 'expired', error: 'ERR_DEADLINE_EXCEEDED', source: 'fallback', decision: 'REVIEW' },
    ]);
    expect(decisions).toMatchObject([{ id: 'b', source: 'fallback', decision: 'REVIEW', fraudProbability: null }]);
  });

  it('give the same decisions as the event does', async () => {
    const scorer = await create();
    const heard = hear('fraud-scorer:decision');
    const events: unknown[] = [];
    scorer.on('decision', (record) => events.push(record));
    await scorer.scoreMany([{ id: 'a', features }, { features }]);
    expect(heard.map(({ scorer: from, at, ...record }) => record)).toEqual(
      events.map((record) => {
        const { at, ...rest } = record as { at: number };
        return rest;
      }),
    );
    expect(heard).toHaveLength(2);
  });

  it("publish each request in its own caller's context", async () => {
    const scorer = await create({ batching: { maxBatchSize: 7 } });
    const wrong: unknown[] = [];
    let told = 0;
    const decided: string[] = [];
    hear('fraud-scorer:request', () => {
      told += 1;
      if (storage.getStore() === undefined) wrong.push('none');
    });
    hear('fraud-scorer:decision', ({ id = '' }) => {
      decided.push(id);
      if (storage.getStore() !== id) wrong.push([id, storage.getStore()]);
    });
    const ids = Array.from({ length: 100 }, (_, index) => `tx-${index}`);
    await Promise.all(ids.map((id) => storage.run(id, () => scorer.score({ id, features }))));
    expect(wrong).toEqual([]);
    expect(told).toBe(100);
    expect(decided.sort()).toEqual([...ids].sort());
  });

  it('tell of batches once each, in no context of a caller', async () => {
    const scorer = await create({ batching: { maxBatchSize: 4 } });
    const contexts: unknown[] = [];
    const heard = hear('fraud-scorer:batch', () => contexts.push(storage.getStore()));
    await storage.run('caller', () => scorer.scoreMany(Array.from({ length: 20 }, () => ({ features }))));
    expect(heard.reduce((sum, { rows }) => sum + rows, 0)).toBe(20);
    expect(heard[0]).toEqual({
      scorer,
      version: '1',
      rows: expect.any(Number),
      isRetry: false,
      worker: expect.any(Number),
      provider: 'cpu',
      inferenceMs: expect.any(Number),
      totalMs: expect.any(Number),
      error: null,
      at: expect.any(Number),
    });
    expect(new Set(contexts)).toEqual(new Set([undefined]));
  });

  it('tell of a batch that fails, and of the retry', async () => {
    const scorer = await create();
    const heard = hear('fraud-scorer:batch');
    gate.tell('throw in the task');
    await expect(scorer.score({ features })).rejects.toThrow();
    expect(heard.map(({ error, isRetry }) => ({ error, isRetry }))).toEqual([
      { error: 'ERR_INFERENCE', isRetry: false },
      { error: 'ERR_INFERENCE', isRetry: true },
    ]);
  });

  it('tell of what is subscribed to alone, and of nothing once nobody is', async () => {
    const scorer = await create();
    const batches = hear('fraud-scorer:batch');
    await scorer.score({ features });
    for (const stop of stops.splice(0)) stop();
    await scorer.score({ features });
    expect(batches).toHaveLength(1);
  });

  it('tell of alerts as they are raised and cleared', async () => {
    const heard = hear('fraud-scorer:alert');
    const scorer = await create({ alerts: { maxMemoryGb: 1e-6 } });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(heard[0]).toMatchObject({ scorer, state: 'raised', rule: 'memory', message: expect.any(String) });
  });

  it('take a subscriber that closes the scorer, and one that scores again', async () => {
    const scorer = await create();
    let again: Promise<unknown> | null = null;
    hear('fraud-scorer:request', () => {
      again ??= scorer.score({ features }).then(() => scorer.close());
    });
    await scorer.scoreMany([{ features }, { features }]);
    await again;
    expect(scorer.health().status).toBe('unavailable');
  });

  it('say nothing of what create rehearses', async () => {
    const heard = [hear('fraud-scorer:request'), hear('fraud-scorer:batch'), hear('fraud-scorer:decision')];
    await create();
    expect(heard).toEqual([[], [], []]);
  });
});

describe('a subscriber that throws', () => {
  it("harms no request; Node.js makes an 'uncaughtException' of it", async () => {
    const program = `
      import { subscribe } from 'node:diagnostics_channel';
      const scorer = await FraudScorer.create({ model: ${JSON.stringify(fixtureModel('sqrt'))}, workers: 1 });
      const uncaught = [];
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      for (const name of ['request', 'batch', 'decision'])
        subscribe('fraud-scorer:' + name, () => { throw new Error(name); });
      const request = { features: { x: [0.25] } };
      const outcomes = await scorer.scoreMany([request, request, { features: {} }]);
      await scorer.close();
      console.log(outcomes.map(({ status }) => status).join(), [...new Set(uncaught)].sort().join());
      console.log(scorer.summary().requests.succeeded);
    `;
    expect(await runHost(program)).toMatchObject({
      code: 0,
      output: 'fulfilled,fulfilled,rejected batch,decision,request\n2\n',
    });
  });
});
