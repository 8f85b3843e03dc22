import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FraudScorerError } from '../../../src/errors.js';
import {
  alert,
  errorCodes,
  type FakeAnswer,
  FakeClock,
  type FakeScorer,
  fakeScorer,
  fraudScorerError,
  scoreRequest,
} from '../../../src/testing/index.js';
import { untyped } from '../../support/untyped.js';

const request = { id: 'tx-1', features: { amount: [12.5] } };

/** What a call comes to: its decision, or the code of its error. */
async function outcomeOf(scorer: FakeScorer, options = {}): Promise<string> {
  return scorer.score(request, options).then(
    ({ decision }) => decision,
    (error: unknown) => (error instanceof FraudScorerError ? error.code : String(error)),
  );
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the answers of a fake scorer', () => {
  it('are APPROVE where nothing else is said', async () => {
    expect(await outcomeOf(fakeScorer())).toBe('APPROVE');
  });

  it('come from the list, then from decide, then from otherwise', async () => {
    const scorer = fakeScorer({
      answers: ['BLOCK', 'ERR_QUEUE_FULL'],
      decide: ({ id }) => (id === 'tx-2' ? 'REVIEW' : undefined),
      otherwise: 'ERR_INFERENCE',
    });
    expect(scorer.answersLeft).toBe(2);
    expect([await outcomeOf(scorer), await outcomeOf(scorer), await outcomeOf(scorer)]).toEqual([
      'BLOCK',
      'ERR_QUEUE_FULL',
      'ERR_INFERENCE',
    ]);
    expect(await scorer.score({ ...request, id: 'tx-2' })).toMatchObject({ decision: 'REVIEW' });
    expect(await outcomeOf(scorer.answerNext('BLOCK'))).toBe('BLOCK');
    expect(scorer.answersLeft).toBe(0);
  });

  it.each(errorCodes)('can be the error %s, by its code, as an object and from decide', async (code) => {
    const error = fraudScorerError(code);
    expect(error).toBeInstanceOf(FraudScorerError);
    const scorer = fakeScorer({ answers: [code, error, { error: code }], decide: () => error });
    for (let call = 0; call < 4; call += 1) expect(await outcomeOf(scorer)).toBe(code);
    await expect(fakeScorer({ answers: [error] }).score(request)).rejects.toBe(error);
  });

  it('have scores that the policy decides so, and levels by it', async () => {
    const scorer = fakeScorer({ answers: ['APPROVE', 'REVIEW', 'BLOCK'] });
    const results = [await scorer.score(request), await scorer.score(request), await scorer.score(request)];
    expect(results).toMatchObject([
      { decision: 'APPROVE', decidedBy: 'policy', riskLevel: 'LOW' },
      { decision: 'REVIEW', decidedBy: 'policy', riskLevel: 'MEDIUM' },
      { decision: 'BLOCK', decidedBy: 'policy', riskLevel: 'HIGH' },
    ]);
  });

  it('are decided by the thresholds where the script gives scores alone', async () => {
    const scorer = fakeScorer({ answers: [{ fraudProbability: 0.7 }, { fraudProbability: 0.7 }] });
    expect(await scorer.score(request)).toMatchObject({ decision: 'REVIEW', fraudProbability: Math.fround(0.7) });
    scorer.setPolicy({ blockProbability: 0.6 });
    expect(await scorer.score(request)).toMatchObject({ decision: 'BLOCK', decidedBy: 'policy' });
  });

  it('count as the decision of the host where the scores say otherwise', async () => {
    const scorer = fakeScorer({ answers: [{ decision: 'APPROVE', fraudProbability: 0.99 }] });
    expect(await scorer.score(request)).toMatchObject({ decision: 'APPROVE', decidedBy: 'host' });
  });

  it('have reasons where they are asked for', async () => {
    const scorer = fakeScorer({ explain: 'block', decide: ({ amount = 0 }) => (amount > 10 ? 'BLOCK' : 'APPROVE') });
    expect(await scorer.score({ ...request, amount: 5 })).not.toHaveProperty('reasons');
    expect(await scorer.score({ ...request, amount: 20 })).toMatchObject({ reasons: [{ direction: 'raises' }, {}] });
    expect(await scorer.score({ ...request, amount: 20 }, { explain: false })).not.toHaveProperty('reasons');
  });

  it('are the same each time', async () => {
    const run = async () => {
      const scorer = fakeScorer({ clock: new FakeClock(), answers: ['BLOCK', 'ERR_INFERENCE'], explain: true });
      const outcomes = await scorer.scoreMany([request, request, request]);
      return { outcomes: outcomes.map((outcome) => ({ ...outcome, reason: null })), summary: scorer.summary() };
    };
    expect(await run()).toEqual(await run());
  });

  it('that are none are refused with what would be one, when the fake is made or asked', async () => {
    const bad: unknown[] = ['approve', 1, null, { decision: 'approve' }, { latencyMs: -1 }, { fraudProbability: 2 }];
    for (const answer of bad) {
      const answers: FakeAnswer[] = [untyped(answer)];
      expect(() => fakeScorer({ answers })).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }));
      expect(await outcomeOf(fakeScorer({ decide: () => untyped(answer) }))).toBe('ERR_INVALID_OPTIONS');
    }
  });

  it('are an inference error where decide throws, with what it threw as the cause', async () => {
    const error = new TypeError('of the test');
    const thrown = fakeScorer({
      decide: () => {
        throw error;
      },
    });
    for (const scorer of [thrown, fakeScorer({ decide: () => error }), fakeScorer({ decide: async () => error })]) {
      await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_INFERENCE', cause: error });
    }
  });
});

describe('the time of a fake scorer', () => {
  it('goes by its clock: an answer comes when its latency is over, and says so', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 40 });
    const scored = scorer.score(request);
    clock.advance(39);
    expect(scorer.waiting).toBe(1);
    clock.advance(1);
    expect(scorer.waiting).toBe(0);
    expect((await scored).timing).toEqual({ queueMs: 0, inferenceMs: 40, totalMs: 40, batchSize: 1 });
    expect(clock.timers).toBe(0);
  });

  it('ends at the deadline of the request, or of the scorer', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: Number.POSITIVE_INFINITY, timeoutMs: 100 });
    const [own, usual] = [outcomeOf(scorer, { timeoutMs: 30 }), outcomeOf(scorer)];
    clock.advance(30);
    expect(await own).toBe('ERR_DEADLINE_EXCEEDED');
    expect(scorer.waiting).toBe(1);
    clock.advance(70);
    expect(await usual).toBe('ERR_DEADLINE_EXCEEDED');
  });

  it('goes by the fake timers of the test runner where it has no clock of its own', async () => {
    vi.useFakeTimers();
    const scorer = fakeScorer({ latencyMs: 40 });
    const scored = scorer.score(request);
    await vi.advanceTimersByTimeAsync(39);
    expect(scorer.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await scored).timing.totalMs).toBe(40);
  });

  it('leaves no timer behind, so that the fake timers of a test runner can run them all', async () => {
    vi.useFakeTimers();
    const scorer = fakeScorer({ latencyMs: 40 });
    const scored = scorer.score(request);
    scorer.summary();
    await vi.runAllTimersAsync();
    await scored;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets a promise of decide say when the answer comes', async () => {
    let answer: (answer: FakeAnswer) => void = () => {};
    const scorer = fakeScorer({
      decide: () =>
        new Promise<FakeAnswer>((resolve) => {
          answer = resolve;
        }),
    });
    const scored = scorer.score(request);
    expect(scorer.waiting).toBe(1);
    answer('BLOCK');
    expect(await scored).toMatchObject({ decision: 'BLOCK' });
  });
});

describe('what a fake scorer refuses', () => {
  it('is what a real one does: by code, and with the issues', async () => {
    const aborted = AbortSignal.abort();
    const scorer = fakeScorer({ model: { ...manifest } });
    await expect(scorer.score(untyped<typeof request>(null))).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    await expect(scorer.score({ features: { X: [1, 2] } })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      issues: [{ path: 'features.X' }],
    });
    await expect(scorer.score({ features: { X: [1] } }, untyped({ timeout: 1 }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    await expect(scorer.score({ features: { X: [1] } }, { signal: aborted })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(await scorer.score({ features: { X: { amount: 1 } } })).toMatchObject({
      model: { name: 'm', version: '7' },
    });
    expect(scorer.summary().requests).toMatchObject({ total: 5, rejected: 3, cancelled: 1, succeeded: 1 });
  });

  it('is more than may wait, and nothing of a full list', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 10, maxQueueSize: 2 });
    const waiting = scorer.scoreMany([request, request, request]);
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    await clock.advanceAsync(20);
    expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('is given up when its signal is aborted, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const scorer = fakeScorer({ clock, latencyMs: 10 });
    const outcome = outcomeOf(scorer, { signal: controller.signal });
    controller.abort();
    expect(await outcome).toBe('ERR_ABORTED');
    expect(clock.timers).toBe(0);
  });
});

const manifest = {
  name: 'm',
  version: '7',
  file: 'm.onnx',
  sha256: '0'.repeat(64),
  inputs: [{ name: 'X', size: 1, features: ['amount'] }],
  outputs: { probability: 'p' },
};

describe('the fallback of a fake scorer', () => {
  it('answers in the place of the errors that a real one does, and is counted by them', async () => {
    const scorer = fakeScorer({ fallback: 'REVIEW', answers: ['ERR_WORKER_LOST', 'ERR_ABORTED'] });
    expect(await scorer.score(request)).toEqual({
      source: 'fallback',
      id: 'tx-1',
      decision: 'REVIEW',
      error: 'ERR_WORKER_LOST',
      timing: { totalMs: expect.any(Number) },
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
    });
    expect(await outcomeOf(scorer)).toBe('ERR_ABORTED');
    expect(scorer.summary().requests).toMatchObject({ failed: 1, cancelled: 1, fallback: 1 });
  });

  it('that gives no decision leaves the error, and the fake says so', async () => {
    const scorer = fakeScorer({ fallback: () => untyped('maybe'), answers: ['ERR_WORKER_LOST'] });
    expect(await outcomeOf(scorer)).toBe('ERR_WORKER_LOST');
    expect(scorer.hostFailures).toMatchObject([{ where: 'fallback' }]);
  });
});

describe('what a fake scorer records', () => {
  it('is each request with its options and what came of it, in order', async () => {
    const scorer = fakeScorer({ answers: ['BLOCK', 'ERR_INFERENCE'] });
    await outcomeOf(scorer, { timeoutMs: 5 });
    await scorer.scoreMany([request]);
    expect(scorer.calls).toEqual([
      {
        method: 'score',
        request,
        options: { timeoutMs: 5 },
        result: expect.objectContaining({ id: 'tx-1' }),
        error: null,
      },
      { method: 'scoreMany', request, options: {}, result: null, error: expect.any(FraudScorerError) },
    ]);
    expect(scorer.calls[0]?.request).toBe(request);
  });

  it('is each label, which counts in the summary as in that of a real scorer', async () => {
    const scorer = fakeScorer({ answers: ['BLOCK'] });
    await scorer.score({ ...request, amount: 25 });
    expect(scorer.recordOutcome({ id: 'tx-1', isFraud: true })).toBe(true);
    expect(scorer.recordOutcome({ id: 'other', isFraud: true })).toBe(false);
    expect(() => scorer.recordOutcome(untyped({ id: 'tx-1' }))).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
    );
    expect(scorer.outcomes).toEqual([
      { outcome: { id: 'tx-1', isFraud: true }, matched: true },
      { outcome: { id: 'other', isFraud: true }, matched: false },
    ]);
    expect(scorer.summary().business).toMatchObject({
      blocked: 1,
      labelled: 1,
      precision: 1,
      money: { fraudCaught: 25 },
    });
  });

  it('shows in the window of the last 10 seconds, and leaves it', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 5 });
    clock.advance(3_000);
    const scored = scorer.score(request);
    clock.advance(5);
    await scored;
    clock.advance(2_000);
    expect(scorer.summary().recent.performance).toMatchObject({ sampleCount: 1, latencyMs: { p99: 5 } });
    clock.advance(86_400_000);
    expect(scorer.summary()).toMatchObject({
      uptimeSeconds: 86_405.005,
      performance: { sampleCount: 1 },
      recent: { performance: { sampleCount: 0 } },
    });
  });
});

describe('the events of a fake scorer', () => {
  it('tell of each decision, in the context of its caller', async () => {
    const context = new AsyncLocalStorage<string>();
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 5 });
    const seen: unknown[] = [];
    scorer.on('decision', ({ id, decision }) => seen.push([id, decision, context.getStore()]));
    const scored = context.run('of the caller', () => scorer.score(request));
    clock.advance(5);
    await scored;
    expect(seen).toEqual([['tx-1', 'APPROVE', 'of the caller']]);
  });

  it('are emitted by the test, and an alert stands until it is cleared', () => {
    const scorer = fakeScorer();
    const seen: unknown[] = [];
    scorer.on('alert', ({ rule }) => seen.push(rule)).on('deployment', ({ type }) => seen.push(type));
    scorer
      .emit('alert', alert({ rule: 'errorRate', message: 'Error rate of 5 %' }))
      .emit('deployment', { type: 'promoted' });
    expect(seen).toEqual(['errorRate', 'promoted']);
    expect(scorer.health()).toMatchObject({ status: 'degraded', ready: true, reasons: ['Error rate of 5 %'] });
    expect(scorer.summary().activeAlerts).toMatchObject([{ rule: 'errorRate' }]);
    scorer.emit('alertCleared', { rule: 'errorRate' });
    expect(scorer.health().status).toBe('ok');
    expect(scorer.alerts()).toMatchObject({
      active: [],
      history: [{ rule: 'errorRate', clearedAt: expect.any(Number) }],
    });
  });

  it('keep a listener that throws away from the others, and say so', () => {
    const scorer = fakeScorer();
    const error = new Error('of the host');
    scorer.on('workerLost', () => {
      throw error;
    });
    scorer.emit('workerLost');
    expect(scorer.hostFailures).toEqual([{ where: 'workerLost', error }]);
    expect(() => scorer.emit(untyped<'alert'>('error'))).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    );
  });
});

describe('the health of a fake scorer', () => {
  it('is what the test sets', () => {
    const scorer = fakeScorer();
    expect(scorer.health()).toMatchObject({ status: 'ok', ready: true, workers: 2, reasons: [] });
    scorer.setHealth({ status: 'unavailable', ready: false, reasons: ['of the test'] });
    expect(scorer.health()).toMatchObject({ status: 'unavailable', ready: false, reasons: ['of the test'] });
    expect(scorer.setHealth({}).health().status).toBe('ok');
  });
});

describe('closing a fake scorer', () => {
  it('answers what was taken in, refuses the rest, and gives the same promise again', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 10 });
    const scored = scorer.score(request);
    const closing = scorer.close();
    expect(scorer.close()).toBe(closing);
    expect(await outcomeOf(scorer)).toBe('ERR_CLOSED');
    await clock.advanceAsync(10);
    expect(await scored).toMatchObject({ decision: 'APPROVE' });
    expect(await closing).toMatchObject({ abandoned: 0, summary: { requests: { succeeded: 1 } } });
    expect(scorer.health()).toMatchObject({
      status: 'unavailable',
      ready: false,
      reasons: ['the scorer is closed', {}],
    });
  });

  it('gives up after its timeout', async () => {
    const clock = new FakeClock();
    const scorer = fakeScorer({ clock, latencyMs: 500 });
    const scored = outcomeOf(scorer);
    const closing = scorer.close({ timeoutMs: 20 });
    await clock.advanceAsync(20);
    expect(await scored).toBe('ERR_CLOSED');
    expect(await closing).toMatchObject({ abandoned: 1, summary: { requests: { failed: 1 } } });
    expect(clock.timers).toBe(0);
  });

  it('refuses options that are none, and stays open', async () => {
    const scorer = fakeScorer();
    await expect(scorer.close(untyped({ timeout: 1 }))).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(scorer.health().ready).toBe(true);
  });
});

describe('the options of a fake scorer', () => {
  it('that are unknown or out of range are refused together', () => {
    const options = untyped<object>({ answer: 'BLOCK', latencyMs: -1, clock: Date, workers: 0 });
    expect(() => fakeScorer(options)).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', totalIssues: 4 }),
    );
  });

  it('name a model that can be read', () => {
    for (const model of ['/nowhere', { name: 'm' }]) {
      expect(() => fakeScorer({ model })).toThrowError(expect.objectContaining({ code: 'ERR_MODEL_INVALID' }));
    }
    expect(() => fakeScorer({ model: new URL('https://example.com/') })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    );
  });

  it('have the demonstration model by default, whose features are not checked', async () => {
    expect(await outcomeOf(fakeScorer())).toBe('APPROVE');
    expect(await outcomeOf(fakeScorer({ checkFeatures: true }))).toBe('ERR_INVALID_REQUEST');
    expect(await fakeScorer({ checkFeatures: true }).score(scoreRequest())).toMatchObject({
      model: { name: 'visa-fraud', version: '1' },
    });
  });
});
