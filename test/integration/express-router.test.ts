import express5 from 'express';
import express4 from 'express4';
import { afterEach, describe, expect, it } from 'vitest';
import { problemHandler, scoringRouter } from '../../src/integrations/express/index.js';
import { HttpServer } from '../support/http-server.js';
import { answer, fakeScorer } from '../unit/http/fake-scorer.js';

const body = { features: { amount: 1 } };
let server: HttpServer;

afterEach(() => server.close());

describe.each([
  ['4', express4],
  ['5', express5],
])('The router in Express %s', (_, express) => {
  it.each([
    ['express.raw()', express.raw({ type: '*/*' })],
    ['express.text()', express.text({ type: '*/*' })],
  ])('parses what %s has read', async (_name, parser) => {
    const scorer = fakeScorer();
    server = await HttpServer.start(express().use(parser, scoringRouter(scorer)));
    expect(await (await server.post('/score', body)).json()).toEqual(answer);
    expect(scorer.score.mock.lastCall?.[0]).toEqual(body);
  });

  it('says that the body is missing where a handler before it has read it and kept nothing', async () => {
    const app = express();
    app.use((request, _response, next) => {
      request.resume().once('end', () => next());
    });
    server = await HttpServer.start(app.use(scoringRouter(fakeScorer())));
    const response = await server.post('/score', body);
    expect(await response.json()).toMatchObject({ status: 400, code: 'ERR_MALFORMED_BODY' });
  });

  it('is below routers within routers, whose whole path the OpenAPI document names', async () => {
    const inner = express.Router().use('/fraud', scoringRouter(fakeScorer()));
    server = await HttpServer.start(express().use('/api', inner));
    const document = await (await fetch(`${server.url}/api/fraud/openapi.json`)).json();
    expect(document).toMatchObject({ servers: [{ url: '/api/fraud' }] });
  });

  it('has its own prefix where it is mounted at none', async () => {
    server = await HttpServer.start(express().use(scoringRouter(fakeScorer(), { prefix: '/fraud' })));
    expect((await fetch(`${server.url}/fraud/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(404);
  });

  it('keeps headers that handlers before it have set', async () => {
    const app = express();
    app.use((_request, response, next) => {
      response.set('X-Host', 'yes');
      next();
    });
    server = await HttpServer.start(app.use(scoringRouter(fakeScorer())));
    expect((await server.post('/score', body)).headers.get('x-host')).toBe('yes');
  });
});

describe.each([
  ['4', express4],
  ['5', express5],
])('problemHandler in Express %s', (_, express) => {
  it.each([
    [401, 401, 'ERR_UNAUTHORIZED'],
    [500, 500, 'ERR_INTERNAL'],
    [undefined, 500, 'ERR_INTERNAL'],
  ])('answers an error of the host with status %s', async (status, answered, code) => {
    const app = express();
    app.get('/fails', () => {
      throw Object.assign(new Error('secret'), { status });
    });
    server = await HttpServer.start(app.use(problemHandler({ typeBase: 'urn:x:' })));
    const response = await fetch(`${server.url}/fails`);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: answered, code, type: expect.stringMatching(/^urn:x:/) });
    expect(text).not.toContain('secret');
  });

  it('leaves a status that no problem has to the host', async () => {
    const app = express();
    app.get('/fails', () => {
      throw Object.assign(new Error('slow down'), { status: 429 });
    });
    app.use(problemHandler());
    const answerError: express5.ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(error.status).send("host's own");
    };
    server = await HttpServer.start(app.use(answerError));
    const response = await fetch(`${server.url}/fails`);
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 429, text: "host's own" });
  });
});
