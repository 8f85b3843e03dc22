import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { QueueFullError } from '../../../src/errors.js';
import { routesFor } from '../../../src/integrations/http/scoring-routes.js';
import type { HttpResponse, ScoringRoutes } from '../../../src/integrations/http/types.js';
import { FakeClock } from '../../support/fake-clock.js';
import { answer, fakeScorer } from './fake-scorer.js';

function ask(
  routes: ScoringRoutes,
  key: string,
  body: unknown,
  more: Record<string, string> = {},
): Promise<HttpResponse> {
  const headers = { 'idempotency-key': key, ...more };
  return Promise.resolve(routes.handle({ method: 'POST', path: '/score', headers, body }));
}

describe('Idempotency-Key', () => {
  it('gives the same answer to the same body, and scores once', async () => {
    const scorer = fakeScorer();
    const routes = routesFor(scorer, {}, new FakeClock());
    expect(await ask(routes, 'k', { id: 'a' })).toMatchObject({ status: 200, body: answer });
    const again = await ask(routes, 'k', { id: 'a' });
    expect(again).toMatchObject({ status: 200, body: answer, headers: { 'Idempotency-Replayed': 'true' } });
    expect(scorer.score).toHaveBeenCalledOnce();
  });

  it('shares one score among requests that come at the same time', async () => {
    const scorer = fakeScorer();
    const routes = routesFor(scorer, {}, new FakeClock());
    const answers = await Promise.all([1, 2, 3].map(() => ask(routes, 'k', { id: 'a' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(scorer.score).toHaveBeenCalledOnce();
  });

  it('refuses another body, by 422', async () => {
    const routes = routesFor(fakeScorer(), {}, new FakeClock());
    await ask(routes, 'k', { id: 'a' });
    expect(await ask(routes, 'k', { id: 'b' })).toMatchObject({
      status: 422,
      body: { code: 'ERR_IDEMPOTENCY_MISMATCH' },
    });
  });

  it('scores again what failed, also for those who waited for it', async () => {
    const scorer = fakeScorer();
    scorer.score.mockRejectedValueOnce(new QueueFullError(1));
    const routes = routesFor(scorer, {}, new FakeClock());
    const [first, second] = await Promise.all([ask(routes, 'k', {}), ask(routes, 'k', {})]);
    expect([first.status, second.status]).toEqual([429, 200]);
    expect((await ask(routes, 'k', {})).status).toBe(200);
    expect(scorer.score).toHaveBeenCalledTimes(2);
  });

  it.each([['request-timeout'], ['x-routing-key']])(
    'refuses an invalid %s where the answer is known too',
    async (name) => {
      const routes = routesFor(fakeScorer(), {}, new FakeClock());
      await ask(routes, 'k', { id: 'a' });
      expect(await ask(routes, 'k', { id: 'a' }, { [name]: '' })).toMatchObject({
        status: 400,
        body: { code: 'ERR_INVALID_HEADER' },
      });
    },
  );

  it('keeps the keys of clients that authenticate apart', async () => {
    const scorer = fakeScorer();
    const routes = routesFor(scorer, {}, new FakeClock());
    await ask(routes, 'k', { id: 'a' }, { authorization: 'Bearer one' });
    expect(await ask(routes, 'k', { id: 'b' }, { authorization: 'Bearer two' })).toMatchObject({ status: 200 });
  });

  it('forgets an answer after ttlMs, and the oldest beyond maxEntries', async () => {
    const scorer = fakeScorer();
    const clock = new FakeClock();
    const routes = routesFor(scorer, { idempotency: { maxEntries: 2, ttlMs: 1_000 } }, clock);
    for (const key of ['a', 'b', 'c', 'a']) await ask(routes, key, {});
    expect(scorer.score).toHaveBeenCalledTimes(4);
    await ask(routes, 'c', {});
    expect(scorer.score).toHaveBeenCalledTimes(4);
    clock.advance(1_000);
    await ask(routes, 'c', {});
    expect(scorer.score).toHaveBeenCalledTimes(5);
  });

  it('is not looked at where idempotency is false, and refused where it is too long', async () => {
    const scorer = fakeScorer();
    const off = routesFor(scorer, { idempotency: false }, new FakeClock());
    await ask(off, 'k', {});
    await ask(off, 'k', {});
    expect(scorer.score).toHaveBeenCalledTimes(2);
    const routes = routesFor(scorer, {}, new FakeClock());
    expect(await ask(routes, 'k'.repeat(256), {})).toMatchObject({ status: 400, body: { code: 'ERR_INVALID_HEADER' } });
  });

  it('keeps at most maxBytes of answers, the latest', async () => {
    const scorer = fakeScorer();
    const id = 'x'.repeat(10_000);
    scorer.score.mockResolvedValue({ ...answer, id });
    const routes = routesFor(scorer, { idempotency: { maxBytes: 50_000 } }, new FakeClock());
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await ask(routes, key, {});
    expect((await ask(routes, 'f', {})).headers).toHaveProperty('Idempotency-Replayed');
    expect((await ask(routes, 'a', {})).headers).not.toHaveProperty('Idempotency-Replayed');
  });

  it('scores each time what is larger than maxBytes', async () => {
    const scorer = fakeScorer();
    const routes = routesFor(scorer, { idempotency: { maxBytes: 100 } }, new FakeClock());
    for (const key of ['a', 'a']) expect((await ask(routes, key, {})).status).toBe(200);
    expect(scorer.score).toHaveBeenCalledTimes(2);
  });

  it('waits no longer than its own deadline for the first with its key', async () => {
    const scorer = fakeScorer();
    scorer.score.mockReturnValueOnce(new Promise(() => {}));
    const clock = new FakeClock();
    const routes = routesFor(scorer, {}, clock);
    void ask(routes, 'k', {});
    const second = ask(routes, 'k', {}, { 'request-timeout': '0.25' });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(250);
    expect(await second).toMatchObject({ status: 504, body: { code: 'ERR_DEADLINE_EXCEEDED' } });
  });

  it('scores with what is left of its deadline what the first failed to score', async () => {
    const scorer = fakeScorer();
    let fail: (error: Error) => void = () => {};
    scorer.score.mockReturnValueOnce(
      new Promise((_, reject) => {
        fail = reject;
      }),
    );
    const clock = new FakeClock();
    const routes = routesFor(scorer, {}, clock);
    void ask(routes, 'k', {});
    const second = ask(routes, 'k', {}, { 'request-timeout': '1' });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(400);
    fail(new QueueFullError(1));
    expect((await second).status).toBe(200);
    expect(scorer.score).toHaveBeenLastCalledWith({}, expect.objectContaining({ timeoutMs: 600 }));
  });

  it('waits no longer than its client does, and leaves no listener behind', async () => {
    const scorer = fakeScorer();
    scorer.score.mockReturnValueOnce(new Promise(() => {}));
    const routes = routesFor(scorer, {}, new FakeClock());
    void ask(routes, 'k', {});
    const controller = new AbortController();
    const { signal } = controller;
    const request = { method: 'POST', path: '/score', headers: { 'idempotency-key': 'k' }, body: {}, signal };
    const second = Promise.resolve(routes.handle(request));
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(await second).toMatchObject({ status: 499, body: { code: 'ERR_ABORTED' } });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('leaves what is nested too deeply to the check of requests', async () => {
    const scorer = fakeScorer();
    const routes = routesFor(scorer, {}, new FakeClock());
    let deep: unknown[] = [];
    for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
    expect((await ask(routes, 'k', deep)).status).toBe(200);
    expect(scorer.score).toHaveBeenCalledOnce();
  });
});
