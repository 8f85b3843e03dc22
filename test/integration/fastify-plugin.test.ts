import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import fraud, { type FraudPluginOptions } from '../../src/integrations/fastify/index.js';
import { projectPath } from '../support/paths.js';
import { StandInScorer } from '../support/stand-in-scorer.js';
import { answer, fakeScorer } from '../unit/http/fake-scorer.js';

const payload = { features: { amount: 1 } };
let app: FastifyInstance;

function appWith(options: FastifyServerOptions = {}): FastifyInstance {
  app = fastify(options);
  return app;
}

afterEach(() => app.close());

describe('The plugin of Fastify', () => {
  it('is below the prefixes of all scopes, which the OpenAPI document names', async () => {
    await appWith().register(
      async (scope) => void (await scope.register(fraud, { scorer: fakeScorer(), prefix: '/b' })),
      {
        prefix: '/a',
      },
    );
    const scored = await app.inject({ method: 'POST', url: '/a/b/score', payload });
    expect({ status: scored.statusCode, body: scored.json() }).toEqual({ status: 200, body: answer });
    expect((await app.inject('/a/b/openapi.json')).json()).toMatchObject({ servers: [{ url: '/a/b' }] });
  });

  it('serves several scorers, each at its own prefix', async () => {
    const scorers = [fakeScorer(), fakeScorer()] as const;
    appWith();
    await app.register(fraud, { scorer: scorers[0], prefix: '/cards' });
    await app.register(fraud, { scorer: scorers[1], prefix: '/transfers' });
    await app.inject({ method: 'POST', url: '/transfers/score', payload });
    expect(scorers.map(({ score }) => score.mock.calls.length)).toEqual([0, 1]);
  });

  it('writes weights that are no numbers as null, as JSON.stringify does, and answers the rest of a batch', async () => {
    const scorer = fakeScorer();
    const odd = { ...answer, attention: [0.5, Number.NaN, Number.POSITIVE_INFINITY] };
    scorer.score.mockResolvedValue(odd);
    scorer.scoreMany.mockResolvedValue([
      { status: 'fulfilled', value: odd },
      { status: 'fulfilled', value: answer },
    ]);
    await appWith().register(fraud, { scorer });
    const written = { ...answer, attention: [0.5, null, null] };
    const scored = await app.inject({ method: 'POST', url: '/score', payload });
    expect({ status: scored.statusCode, body: scored.json() }).toEqual({ status: 200, body: written });
    const batch = await app.inject({ method: 'POST', url: '/score/batch', payload: { requests: [payload, payload] } });
    expect(batch.json().outcomes.map(({ value }: { value: unknown }) => value)).toEqual([written, answer]);
  });

  it('keeps cookies of the host apart where it refuses a body before it has arrived', async () => {
    appWith().addHook('onRequest', async (_request, reply) => {
      reply.header('set-cookie', ['a=1', 'b=2']);
    });
    await app.register(fraud, { scorer: fakeScorer(), maxBodyBytes: 10 });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { 'content-type': 'application/json' };
    const refused = await fetch(`${url}/score`, {
      method: 'POST',
      headers,
      body: JSON.stringify('x'.repeat(1_000_000)),
    });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([413, ['a=1', 'b=2']]);
  });

  it('refuses options that are not as documented when the app gets ready', async () => {
    appWith().register(fraud, { scorer: fakeScorer(), maxBodyBytes: -1, maxBytes: 1 } as FraudPluginOptions);
    await expect(app.ready()).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
  });

  it('leaves parsers and errors of the rest of the app alone', async () => {
    await appWith().register(fraud, { scorer: fakeScorer(), prefix: '/fraud' });
    app.post('/echo', async ({ body }) => body);
    app.get('/broken', async () => {
      throw new Error('mine');
    });
    expect((await app.inject({ method: 'POST', url: '/echo', payload })).json()).toEqual(payload);
    expect((await app.inject('/broken')).json()).toMatchObject({ message: 'mine' });
  });

  it('answers an error of a hook of the host as a problem, and leaves a status that no problem has to the host', async () => {
    appWith().addHook('onRequest', async ({ headers }) => {
      const status = Number(headers['x-fail'] ?? 0);
      if (status > 0) throw Object.assign(new Error('secret'), { statusCode: status });
    });
    await app.register(fraud, { scorer: fakeScorer() });
    const failed = (status: string) => app.inject({ url: '/health/live', headers: { 'x-fail': status } });
    const unauthorized = await failed('401');
    expect(unauthorized.headers['content-type']).toBe('application/problem+json');
    expect(unauthorized.json()).toMatchObject({ status: 401, code: 'ERR_UNAUTHORIZED' });
    const internal = await failed('500');
    expect(internal.json()).toMatchObject({ status: 500, code: 'ERR_INTERNAL' });
    expect(internal.body).not.toContain('secret');
    const limited = await failed('429');
    expect(limited.json()).toEqual({ statusCode: 429, error: 'Too Many Requests', message: 'secret' });
  });

  it('lets hooks of the host change the answer', async () => {
    appWith().addHook('onSend', async (_request, reply) => void reply.header('x-host', 'yes'));
    await app.register(fraud, { scorer: fakeScorer() });
    const response = await app.inject({ method: 'POST', url: '/score', payload });
    expect(response.headers).toMatchObject({ 'x-host': 'yes', 'cache-control': 'no-store' });
  });

  it('takes a body that a hook of the host has parsed', async () => {
    const scorer = fakeScorer();
    appWith().addHook('preHandler', async (request) => {
      request.body = payload;
    });
    await app.register(fraud, { scorer });
    await app.inject({ method: 'POST', url: '/score', headers: { 'content-type': 'text/plain' }, payload: 'x' });
    expect(scorer.score.mock.lastCall?.[0]).toEqual(payload);
  });

  it.each([
    ['the value of the body', undefined, payload],
    ['the unread body where authorize comes first', () => true, expect.any(Readable)],
  ])('shows hooks before the handler %s', async (_, authorize, expected) => {
    const seen: unknown[] = [];
    appWith().addHook('preHandler', async ({ body }) => void seen.push(body));
    await app.register(fraud, { scorer: fakeScorer(), authorize });
    expect((await app.inject({ method: 'POST', url: '/score', payload })).json()).toEqual(answer);
    expect(seen).toEqual([expected]);
  });

  it('runs the scorer and the hooks after it in the asynchronous context of the request', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const scorer = fakeScorer();
    scorer.score.mockImplementation(async () => {
      seen.push(storage.getStore());
      return answer;
    });
    appWith().addHook('onRequest', (request, _reply, done) => storage.run(String(request.headers['x-name']), done));
    app.addHook('onSend', async () => void seen.push(storage.getStore()));
    await app.register(fraud, { scorer });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { 'content-type': 'application/json', 'x-name': 'first' };
    await fetch(`${url}/score`, { method: 'POST', headers, body: JSON.stringify(payload) });
    expect(seen).toEqual(['first', 'first']);
  });

  it('works with a compiler of the host that takes schemas of another kind', async () => {
    appWith().setSerializerCompiler(() => {
      throw new Error('expected a schema of the host');
    });
    await app.register(fraud, { scorer: fakeScorer() });
    const response = await app.inject({ method: 'POST', url: '/score', payload });
    expect(response.json()).toEqual(answer);
  });

  it('tells the page from the address without its slash where Fastify ignores slashes', async () => {
    appWith({ routerOptions: { ignoreTrailingSlash: true } });
    const scorer = Object.assign(new StandInScorer(), fakeScorer());
    await app.register(fraud, { scorer, dashboard: true, prefix: '/fraud' });
    expect((await app.inject('/fraud/dashboard')).statusCode).toBe(308);
    expect((await app.inject('/fraud/dashboard/?x')).headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    [true, 1],
    [undefined, 0],
  ])('closes the scorer with the app only if closeScorer is %s', async (closeScorer, calls) => {
    const scorer = { ...fakeScorer(), close: vi.fn(async () => {}) };
    await appWith().register(fraud, { scorer, closeScorer });
    await app.close();
    expect(scorer.close).toHaveBeenCalledTimes(calls);
  });

  it('can be required', async () => {
    const required: unknown = createRequire(import.meta.url)(projectPath('dist/fastify.cjs'));
    await appWith().register(required as typeof fraud, { scorer: fakeScorer(), prefix: '/fraud' });
    expect((await app.inject('/fraud/health/live')).json()).toEqual({ status: 'ok' });
  });
});
