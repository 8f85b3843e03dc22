import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelResult } from '../../src/api/result.js';
import { FraudScorer } from '../../src/fraud-scorer.js';
import type { ScoringRoutesOptions } from '../../src/integrations/http/index.js';
import type { HttpScorer } from '../../src/integrations/http/types.js';
import { httpHosts } from '../support/http-hosts.js';
import { type HttpServer, readAll, readUntil } from '../support/http-server.js';
import { fixtureModel } from '../support/paths.js';
import { answer, fakeScorer } from '../unit/http/fake-scorer.js';

const features = { left: [0.1, 0.2, 0.3], right: [1, -1] };
const ndjson = { 'Content-Type': 'application/x-ndjson' };
const maxBodyBytes = 2_000;
let scorer: FraudScorer;

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
});

afterAll(() => scorer.close());

describe.each(httpHosts)('$name', ({ start, parses, passesOn }) => {
  let server: HttpServer;

  beforeAll(async () => {
    server = await start(scorer, { maxBodyBytes });
  });

  afterAll(() => server.close());

  const opened: HttpServer[] = [];
  const open = async (own: HttpScorer, options?: ScoringRoutesOptions): Promise<HttpServer> => {
    const started = await start(own, options);
    opened.push(started);
    return started;
  };

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  describe('POST /score', () => {
    it('answers a score', async () => {
      const response = await server.post('/fraud/score', { id: 'tx-1', features });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ source: 'model', id: 'tx-1', model: { name: 'linear' } });
    });

    it.each<[string, object]>([
      ['of the model', answer],
      ['with an id of any characters', { ...answer, id: '"\\\u2028ü😀\n' }],
      ['without an id', (({ id: _, ...rest }) => rest)(answer)],
      ['with attention weights', { ...answer, attention: [0.25, 0.75] }],
      [
        'with reasons',
        {
          ...answer,
          reasons: [
            { input: 'X', feature: 'amount', contribution: -1.5, direction: 'lowers' },
            { input: 'X', feature: 'hour', description: 'UTC', contribution: 2, direction: 'raises' },
          ],
        },
      ],
      [
        'with fields of a later version',
        { ...answer, more: { nested: [1] }, model: { ...answer.model, sha256: 'ab' } },
      ],
      [
        'of the fallback',
        {
          ...{ source: 'fallback', id: 'a', decision: 'REVIEW', error: 'ERR_QUEUE_FULL', timing: { totalMs: 1 } },
          ...{ fraudProbability: null, riskScore: null, riskLevel: null },
        },
      ],
    ])('sends every field of a result %s', async (_, result) => {
      const fake = fakeScorer();
      fake.score.mockResolvedValue(result as ModelResult);
      const own = await open(fake);
      expect(await (await own.post('/fraud/score', { features })).json()).toEqual(result);
    });

    it('says where in the body something is wrong, without the value', async () => {
      const response = await server.post('/fraud/score', { features: { left: [1, 'secret-7', 3], right: [1, -1] } });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        errors: [{ pointer: '/features/left/1' }],
      });
      expect(text).not.toContain('secret-7');
    });

    it('refuses a body that is too large, and lets the client read why', async () => {
      const response = await server.post('/fraud/score', { id: 'x'.repeat(5_000), features });
      expect(response.status).toBe(413);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
    });

    it('refuses a body without Content-Length once it is too large, and lets the client read why', async () => {
      const socket = await server.connect();
      socket.write(
        `${headOf('/fraud/score', 'application/json')}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`,
      );
      for (let chunk = 0; chunk < 100; chunk += 1) socket.write(`3e8\r\n${' '.repeat(1_000)}\r\n`);
      socket.write('0\r\n\r\n');
      expect(await readAll(socket)).toMatch(/^HTTP\/1.1 413 [\s\S]*ERR_BODY_TOO_LARGE/);
    });

    it.each([
      ['another type', { 'Content-Type': 'text/plain' }],
      ['another character set', { 'Content-Type': 'application/json; charset=latin1' }],
    ])('answers 415 for %s', async (_, headers) => {
      const response = await server.post('/fraud/score', { features }, headers);
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'ERR_UNSUPPORTED_MEDIA_TYPE' });
    });

    it.each([
      ['malformed JSON', '{"features":', 400, parses ? 'ERR_BAD_REQUEST' : 'ERR_MALFORMED_BODY'],
      ['a body that is no object', '[]', 400, 'ERR_INVALID_REQUEST'],
      ['an empty object', '{}', 400, 'ERR_INVALID_REQUEST'],
      ['an empty body', '', 400, parses ? 'ERR_INVALID_REQUEST' : 'ERR_MALFORMED_BODY'],
      ['features under __proto__', '{"__proto__":{"features":{}}}', 400, 'ERR_INVALID_REQUEST'],
    ])('refuses %s', async (_, body, status, code) => {
      const response = await server.post('/fraud/score', body);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect({ ...((await response.json()) as object), status: response.status }).toMatchObject({ status, code });
    });

    it('tells the scorer when the client has gone', async () => {
      const fake = fakeScorer();
      let onAsked: (signal: AbortSignal) => void = () => {};
      const asked = new Promise<AbortSignal>((resolve) => {
        onAsked = resolve;
      });
      fake.score.mockImplementation((_, options) => {
        onAsked((options as { signal: AbortSignal }).signal);
        return new Promise(() => {});
      });
      const own = await open(fake);
      const socket = await own.connect();
      const body = JSON.stringify({ features });
      socket.write(`${headOf('/fraud/score', 'application/json')}Content-Length: ${body.length}\r\n\r\n${body}`);
      const signal = await asked;
      expect(signal.aborted).toBe(false);
      const aborted = once(signal, 'abort');
      socket.destroy();
      await aborted;
    });

    it('reads the deadline and the routing key from headers', async () => {
      const fake = fakeScorer();
      const own = await open(fake);
      await own.post('/fraud/score', { features }, { 'Request-Timeout': '0.25', 'X-Routing-Key': 'card-7' });
      expect(fake.score.mock.lastCall?.[1]).toMatchObject({ timeoutMs: 250, routingKey: 'card-7' });
      const wrong = await own.post('/fraud/score', { features }, { 'Request-Timeout': 'soon' });
      expect(wrong.status).toBe(400);
      expect(await wrong.json()).toMatchObject({ code: 'ERR_INVALID_HEADER' });
    });

    it('scores once for the same Idempotency-Key', async () => {
      const fake = fakeScorer();
      const own = await open(fake);
      const post = (id: string) => own.post('/fraud/score', { id, features }, { 'Idempotency-Key': 'k1' });
      const first = await post('a');
      const second = await post('a');
      expect(await second.json()).toEqual(await first.json());
      expect(second.headers.get('idempotency-replayed')).toBe('true');
      expect((await post('b')).status).toBe(422);
      expect(fake.score).toHaveBeenCalledTimes(1);
    });
  });

  it('gives each request of a batch its own outcome', async () => {
    const requests = [
      { id: 'a', features },
      { features: { left: [1, null, 3], right: [1, 2] } },
      { id: 'c', features },
    ];
    const response = await server.post('/fraud/score/batch', { requests });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      outcomes: [
        { status: 'fulfilled', value: { id: 'a', source: 'model' } },
        { status: 'rejected', reason: { status: 400, errors: [{ pointer: '/requests/1/features/left/1' }] } },
        { status: 'fulfilled', value: { id: 'c' } },
      ],
    });
  });

  describe('POST /score/stream', () => {
    it('answers a line before the next one is sent', async () => {
      const socket = await server.connect();
      socket.write(`${headOf('/fraud/score/stream', 'application/x-ndjson')}Transfer-Encoding: chunked\r\n\r\n`);
      await readUntil(socket, /^HTTP\/1.1 200 [\s\S]*application\/x-ndjson[\s\S]*\r\n\r\n/);
      for (const id of ['a', 'b', 'c']) {
        const line = `${JSON.stringify({ id, features })}\n`;
        socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
        await readUntil(socket, new RegExp(`"id":"${id}"`));
      }
      socket.end('0\r\n\r\n');
      await once(socket, 'close');
    });

    it('goes on after a broken line', async () => {
      const body = [JSON.stringify({ id: 'a', features }), '{"broken', JSON.stringify({ id: 'b', features })].join(
        '\n',
      );
      const response = await server.post('/fraud/score/stream', body, ndjson);
      const outcomes = (await response.text()).trim().split('\n');
      expect(outcomes.map((line) => JSON.parse(line))).toMatchObject([
        { value: { id: 'a' } },
        { status: 'rejected', reason: { code: 'ERR_MALFORMED_BODY' } },
        { value: { id: 'b' } },
      ]);
    });

    it('scores no more than the client reads and maxStreamInFlight allow', async () => {
      const fake = fakeScorer();
      // Large answers fill the buffers between the two quickly.
      fake.score.mockResolvedValue({ ...answer, id: 'x'.repeat(50_000) });
      const own = await open(fake, { maxStreamInFlight: 4 });
      const socket = await own.connect();
      socket.pause();
      socket.write(
        `${headOf('/fraud/score/stream', 'application/x-ndjson')}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const line = `${JSON.stringify({ features })}\n`;
      const lines = 600;
      for (let sent = 0; sent < lines; sent += 1) socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
      socket.write('0\r\n\r\n');
      // Once the buffers are full, the number of calls stands still, however often the server gets its turn.
      let before = 0;
      for (let turns = 0; turns < 2_000; turns += 1) {
        await new Promise(setImmediate);
        if (before !== fake.score.mock.calls.length || before === 0) turns = 0;
        before = fake.score.mock.calls.length;
      }
      expect(before).toBeLessThan(lines);
      let bytes = 0;
      socket.on('data', (piece) => {
        bytes += piece.length;
      });
      socket.resume();
      await once(socket, 'end');
      expect(bytes).toBeGreaterThan(lines * 50_000);
      expect(fake.score).toHaveBeenCalledTimes(lines);
    });

    it('stops scoring when the client has gone', async () => {
      const fake = fakeScorer();
      const own = await open(fake, { maxStreamInFlight: 4 });
      const socket = await own.connect();
      let signal: AbortSignal | undefined;
      fake.score.mockImplementation(async (_, options) => {
        ({ signal } = options as { signal: AbortSignal });
        return answer;
      });
      socket.write(`${headOf('/fraud/score/stream', 'application/x-ndjson')}Transfer-Encoding: chunked\r\n\r\n`);
      const line = `${JSON.stringify({ features })}\n`;
      socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
      await readUntil(socket, /"status":"fulfilled"/);
      if (signal === undefined) throw new Error('signal: expected one');
      const aborted = once(signal, 'abort');
      socket.destroy();
      await aborted;
    });

    it('answers 415 for JSON', async () => {
      const response = await server.post('/fraud/score/stream', '{"a":1}', { 'Content-Type': 'text/plain' });
      expect(response.status).toBe(415);
    });
  });

  describe('other routes', () => {
    it('answer probes, and HEAD without a body', async () => {
      expect(await (await fetch(`${server.url}/fraud/health/live`)).json()).toEqual({ status: 'ok' });
      expect(await (await fetch(`${server.url}/fraud/health/ready?verbose`)).json()).toMatchObject({ ready: true });
      const head = await fetch(`${server.url}/fraud/health/ready`, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.headers.get('content-type')).toBe('application/json');
      expect(await head.text()).toBe('');
    });

    it('give the summary, and record labels', async () => {
      await server.post('/fraud/score', { id: 'label-1', features });
      const labelled = await server.post('/fraud/outcomes', { id: 'label-1', isFraud: true });
      expect(await labelled.json()).toEqual({ matched: true });
      expect(await (await fetch(`${server.url}/fraud/summary`)).json()).toMatchObject({ model: { name: 'linear' } });
    });

    it('describe themselves, with the path at which they are', async () => {
      const document = await (await fetch(`${server.url}/fraud/openapi.json`)).json();
      expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/fraud' }] });
    });

    it('answer 405 for another method', async () => {
      for (const [method, path, allow] of [
        ['GET', '/fraud/score', 'POST'],
        ['DELETE', '/fraud/health/live', 'GET, HEAD'],
      ] as const) {
        const response = await fetch(server.url + path, { method });
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe(allow);
        expect(response.headers.get('content-type')).toBe('application/problem+json');
      }
    });

    it.each([
      '/fraud/nowhere',
      '/fraud',
      '/score',
      '/fraudulent/score',
      '/fraud/metrics',
      '/fraud/dashboard/',
      '/fraud/deployments',
    ])('leave %s to the host', async (path) => {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(404);
      const text = await response.text();
      expect(text.includes("host's own")).toBe(passesOn);
    });

    it('give metrics and the live page where they are asked for, and end its streams', async () => {
      const own = await start(scorer, { metrics: true, dashboard: true });
      const metrics = await fetch(`${own.url}/fraud/metrics`);
      expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=/);
      expect(await metrics.text()).toContain('fraud_scorer_requests_total');
      const page = await fetch(`${own.url}/fraud/dashboard`);
      expect(page.url).toBe(`${own.url}/fraud/dashboard/`);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await page.text()).toContain('<html');
      const events = await fetch(`${own.url}/fraud/dashboard/events`);
      expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const head = await fetch(`${own.url}/fraud/dashboard/events`, { method: 'HEAD' });
      expect(head.status).toBe(200);
      const ended = events.text().catch(() => 'cut off');
      await own.close();
      await ended;
    });
  });

  describe('authorize', () => {
    const authorize: ScoringRoutesOptions['authorize'] = ({ headers, raw }, { name }) =>
      raw !== undefined && (name === 'live' || headers.authorization === 'Bearer right');

    it('guards every route, and refuses with 401 and 403', async () => {
      const own = await open(scorer, { authorize });
      expect((await fetch(`${own.url}/fraud/health/live`)).status).toBe(200);
      const nobody = await own.post('/fraud/score', { features });
      expect(nobody.status).toBe(401);
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
      expect(await nobody.json()).toMatchObject({ code: 'ERR_UNAUTHORIZED' });
      expect((await own.post('/fraud/score', { features }, { Authorization: 'Bearer wrong' })).status).toBe(403);
      expect((await own.post('/fraud/score', { features }, { Authorization: 'Bearer right' })).status).toBe(200);
    });

    it('brings the routes of deployments', async () => {
      const own = await open(scorer, { authorize });
      const headers = { Authorization: 'Bearer right' };
      const list = await fetch(`${own.url}/fraud/deployments`, { headers });
      expect(await list.json()).toMatchObject({ deployments: [{ name: 'linear', role: 'primary' }] });
      const unknown = await own.post('/fraud/deployments/promote', { version: 'none' }, headers);
      expect(unknown.status).toBe(404);
      expect(await unknown.json()).toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
      expect((await fetch(`${own.url}/fraud/deployments`)).status).toBe(401);
    });
  });
});

function headOf(path: string, type: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n`;
}
