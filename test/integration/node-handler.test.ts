import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { type Authorize, createScoringRoutes, nodeHandler } from '../../src/integrations/http/index.js';
import { WorkerGate } from '../support/gate.js';
import { HttpServer, readAll, readUntil } from '../support/http-server.js';
import { fixtureModel } from '../support/paths.js';
import { Versions } from '../support/versions.js';

const features = { left: [0.1, 0.2, 0.3], right: [1, -1] };
let scorer: FraudScorer;
let server: HttpServer;

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
  server = await HttpServer.start(nodeHandler(scorer, { maxBodyBytes: 2_000 }));
});

afterAll(async () => {
  await server.close();
  await scorer.close();
});

describe('POST /score over a socket', () => {
  it('answers a score', async () => {
    const response = await server.post('/score', { id: 'tx-1', features });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ source: 'model', id: 'tx-1', model: { name: 'linear' } });
  });

  it.each([
    ['malformed JSON', '{"features":', 400, 'ERR_MALFORMED_BODY'],
    ['an empty body', '', 400, 'ERR_MALFORMED_BODY'],
    ['a body that is no object', '[]', 400, 'ERR_INVALID_REQUEST'],
    ['null', 'null', 400, 'ERR_INVALID_REQUEST'],
    ['a nesting of 900', '['.repeat(900) + ']'.repeat(900), 400, 'ERR_INVALID_REQUEST'],
    ['features under __proto__', `{"__proto__":{"features":${JSON.stringify(features)}}}`, 400, 'ERR_INVALID_REQUEST'],
    [
      '__proto__ among the features',
      '{"features":{"__proto__":[1],"left":[1,2,3],"right":[1,2]}}',
      400,
      'ERR_INVALID_REQUEST',
    ],
  ])('refuses %s', async (_, body, status, code) => {
    const response = await server.post('/score', body);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({ status, code });
  });

  it('takes the last of two fields of the same name, as JSON.parse does', async () => {
    const response = await server.post('/score', `{"id":"a","id":"b","features":${JSON.stringify(features)}}`);
    expect(await response.json()).toMatchObject({ id: 'b' });
  });

  it('gives back an id of any characters', async () => {
    const id = 'ü-😀-\u2028-"';
    expect(await (await server.post('/score', { id, features })).json()).toMatchObject({ id });
  });

  it('says where in the body something is wrong, without the value', async () => {
    const wrong = { features: { left: [1, 'secret-7319', 3], right: [1, -1] } };
    const response = await server.post('/score', wrong);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ errors: [{ pointer: '/features/left/1' }] });
    expect(text).not.toContain('secret-7319');
  });

  it.each([
    ['another type', { 'Content-Type': 'text/plain' }],
    ['another character set', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['a compressed body', { 'Content-Encoding': 'gzip' }],
  ])('answers 415 for %s', async (_, headers) => {
    const response = await server.post('/score', { features }, headers);
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'ERR_UNSUPPORTED_MEDIA_TYPE' });
  });

  it('takes types of JSON with a suffix, and a character set', async () => {
    for (const type of ['application/json; charset=UTF-8', 'application/vnd.payments.v1+json']) {
      expect((await server.post('/score', { features }, { 'Content-Type': type })).status).toBe(200);
    }
  });

  it('refuses bytes that are not UTF-8', async () => {
    const socket = await server.connect();
    socket.write(
      'POST /score HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n',
    );
    socket.write(Buffer.from([0x22, 0xff, 0xfe, 0x22]));
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 400 .*ERR_MALFORMED_BODY/s);
  });

  it('refuses a body by its Content-Length before it arrives', async () => {
    const socket = await server.connect();
    socket.write('POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{');
    expect(await readUntil(socket, /ERR_BODY_TOO_LARGE/)).toMatch(/^HTTP\/1.1 413 /);
    socket.end();
    await once(socket, 'close');
  });

  it('refuses a body without Content-Length once it is too large, and lets the client read why', async () => {
    const socket = await server.connect();
    socket.write(
      'POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (let chunk = 0; chunk < 100; chunk += 1) socket.write(`3e8\r\n${' '.repeat(1_000)}\r\n`);
    socket.write('0\r\n\r\n');
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1.1 413 .*ERR_BODY_TOO_LARGE/s);
    expect(answer).toMatch(/Connection: close/);
  });

  it('scores a body that arrives in chunks, split within a character', async () => {
    const socket = await server.connect();
    socket.write(
      'POST /score HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const byte of Buffer.from(JSON.stringify({ id: 'ü😀', features }))) {
      socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
    }
    socket.write('0\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 200 .*"id":"ü😀"/s);
  });
});

describe('A slow body', () => {
  it('is given up after bodyTimeoutMs', async () => {
    const slow = await HttpServer.start(nodeHandler(scorer, { bodyTimeoutMs: 20 }));
    const socket = await slow.connect();
    socket.write('POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{');
    expect(await readUntil(socket, /ERR_BODY_TIMEOUT/)).toMatch(/^HTTP\/1.1 408 /);
    await slow.close();
  });
});

describe('Other routes over a socket', () => {
  it('answer HEAD with the headers of GET', async () => {
    const response = await fetch(`${server.url}/health/ready`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
  });

  it('answer 404 and 405 as problems', async () => {
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    const wrong = await fetch(`${server.url}/score`);
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
    expect(wrong.headers.get('content-type')).toBe('application/problem+json');
  });

  it('are below the prefix alone', async () => {
    const below = await HttpServer.start(nodeHandler(scorer, { prefix: '/fraud/' }));
    expect((await fetch(`${below.url}/fraud/health/live?x=1`)).status).toBe(200);
    expect((await fetch(`${below.url}/health/live`)).status).toBe(404);
    expect((await fetch(`${below.url}/fraudulent/health/live`)).status).toBe(404);
    await below.close();
  });

  it('record labels, one or several', async () => {
    await server.post('/score', { id: 'label-1', features });
    const one = await server.post('/outcomes', { id: 'label-1', isFraud: true });
    expect(await one.json()).toEqual({ matched: true });
    const several = {
      outcomes: [
        { id: 'label-1', isFraud: false },
        { id: 'unknown', isFraud: true },
      ],
    };
    expect(await (await server.post('/outcomes', several)).json()).toEqual({ matched: [true, false] });
    const wrong = {
      outcomes: [
        { id: 'label-1', isFraud: true },
        { id: 'x', isFraud: 'yes' },
      ],
    };
    const refused = await server.post('/outcomes', wrong);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/outcomes/1/isFraud' }] });
  });

  it('give the summary', async () => {
    expect(await (await fetch(`${server.url}/summary`)).json()).toMatchObject({ model: { name: 'linear' } });
  });
});

describe('POST /score/batch', () => {
  it.each([0, 1, 1_000])('answers %i requests in order', async (count) => {
    const requests = Array.from({ length: count }, (_, place) => ({ id: `b-${place}`, features }));
    const response = await server.post('/score/batch', { requests });
    expect(response.status).toBe(200);
    const { outcomes } = (await response.json()) as { outcomes: { status: string; value: { id: string } }[] };
    expect(outcomes.map(({ value }) => value.id)).toEqual(requests.map(({ id }) => id));
  });

  it('refuses 1,001 requests', async () => {
    const response = await server.post('/score/batch', { requests: new Array(1_001).fill({ features }) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '/requests' }] });
  });

  it('gives each request its own outcome, with pointers into the whole body', async () => {
    const requests = [{ features }, { features: { left: [1, null, 3], right: [1, 2] } }, { features }];
    const response = await server.post('/score/batch', { requests });
    expect(await response.json()).toMatchObject({
      outcomes: [
        { status: 'fulfilled' },
        { status: 'rejected', reason: { status: 400, errors: [{ pointer: '/requests/1/features/left/1' }] } },
        { status: 'fulfilled' },
      ],
    });
  });
});

describe('POST /score/stream', () => {
  const ndjson = { 'Content-Type': 'application/x-ndjson' };
  const lineOf = (id: string): string => JSON.stringify({ id, features });

  it('answers each line in order, and goes on after a broken one', async () => {
    const body = [lineOf('a'), '{"broken', '', lineOf('b'), JSON.stringify({ features: {} }), lineOf('c')].join('\r\n');
    const response = await server.post('/score/stream', body, ndjson);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const outcomes = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: { id: 'a' } },
      { status: 'rejected', reason: { code: 'ERR_MALFORMED_BODY' } },
      { status: 'fulfilled', value: { id: 'b' } },
      { status: 'rejected', reason: { code: 'ERR_INVALID_REQUEST' } },
      { status: 'fulfilled', value: { id: 'c' } },
    ]);
  });

  it('refuses a line that is too long, and reads the next', async () => {
    const response = await server.post('/score/stream', `${' '.repeat(5_000)}\n${lineOf('a')}`, ndjson);
    const outcomes = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(outcomes).toMatchObject([{ reason: { code: 'ERR_BODY_TOO_LARGE' } }, { value: { id: 'a' } }]);
  });

  it('answers a line before the next one is sent', async () => {
    const socket = await server.connect();
    socket.write(
      'POST /score/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const id of ['a', 'b', 'c']) {
      const line = `${lineOf(id)}\n`;
      socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
      await readUntil(socket, new RegExp(`"id":"${id}"`));
    }
    socket.end('0\r\n\r\n');
    await once(socket, 'close');
  });

  it('answers 415 for JSON', async () => {
    expect((await server.post('/score/stream', lineOf('a'))).status).toBe(415);
  });
});

describe('A host that stops', () => {
  it('answers what was sent before the scorer closed, and refuses what comes later with 503', async () => {
    const gate = new WorkerGate();
    const held = await FraudScorer.create({
      ...{ model: fixtureModel('linear'), workers: 1, providers: ['cpu'], workerFile: gate.workerFile },
    });
    const stopping = await HttpServer.start(nodeHandler(held));
    gate.tell('hold');
    const before = stopping.post('/score', { id: 'before', features });
    await gate.arrived(1);
    const closed = held.close();
    expect((await fetch(`${stopping.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${stopping.url}/health/live`)).status).toBe(200);
    for (const [path, body] of [
      ['/score', { features }],
      ['/score/batch', { requests: [{ features }, { features }] }],
    ] as const) {
      const refused = await stopping.post(path, body);
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ code: 'ERR_CLOSED' });
    }
    gate.tell('pass');
    expect(await (await before).json()).toMatchObject({ id: 'before', source: 'model' });
    await closed;
    await stopping.close();
    gate.close();
  });
});

describe('Routes that are guarded', () => {
  it('refuse by 401 without Authorization and by 403 with another one, before the body is read', async () => {
    const authorize: Authorize = async ({ headers }, { name }) =>
      name === 'live' || headers.authorization === 'Bearer ok';
    const guarded = await HttpServer.start(nodeHandler(scorer, { authorize, metrics: true, dashboard: true }));
    expect((await fetch(`${guarded.url}/health/live`)).status).toBe(200);
    for (const path of ['/metrics', '/dashboard/', '/deployments', '/summary']) {
      expect((await fetch(guarded.url + path)).status).toBe(401);
      expect((await fetch(guarded.url + path, { headers: { Authorization: 'Bearer no' } })).status).toBe(403);
      expect((await fetch(guarded.url + path, { headers: { Authorization: 'Bearer ok' } })).status).toBe(200);
    }
    expect((await guarded.post('/score', '{')).status).toBe(401);
    await guarded.close();
  });

  it('refuse where authorize throws, or gives anything but true', async () => {
    const answers = [() => Promise.reject(new Error('the session store is down')), () => 'yes' as unknown as boolean];
    for (const authorize of answers) {
      const routes = createScoringRoutes(scorer, { authorize });
      const { status } = await routes.handle({ method: 'GET', path: '/summary', headers: {} });
      expect([401, 500]).toContain(status);
    }
  });

  it('have no control over deployments without authorize, and no metrics or page unless asked for', async () => {
    for (const path of ['/deployments', '/metrics', '/dashboard', '/dashboard/']) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });

  it('control deployments', async () => {
    await using versions = await Versions.make();
    const own = await FraudScorer.create({ model: await versions.sqrt('1'), workers: 1, providers: ['cpu'] });
    const control = await HttpServer.start(nodeHandler(own, { authorize: () => true }));
    const deployed = await control.post('/deployments', { directory: await versions.sqrt('2', 4), traffic: 0.25 });
    expect(deployed.status).toBe(201);
    expect(await deployed.json()).toMatchObject({ version: '2', role: 'challenger', traffic: 0.25 });
    expect(await (await control.post('/deployments/traffic', { shares: { 2: 0.5 } })).json()).toMatchObject({
      deployments: [{ version: '1' }, { version: '2', traffic: 0.5 }],
    });
    expect(await (await control.post('/deployments/promote', { version: '2' })).json()).toMatchObject({
      role: 'primary',
    });
    const back = await fetch(`${control.url}/deployments/rollback`, { method: 'POST' });
    expect(await back.json()).toMatchObject({ version: '1', role: 'primary' });
    expect((await control.post('/deployments/retire', { version: '2' })).status).toBe(200);
    expect((await control.post('/deployments/retire', { version: '9' })).status).toBe(404);
    expect((await control.post('/deployments', { directory: '/nowhere' })).status).toBe(422);
    await control.close();
    await own.close();
  });
});

describe('The live page', () => {
  it('is served with its stream, which ends with the routes', async () => {
    const handler = nodeHandler(scorer, { dashboard: { title: 'Cards' } });
    const pages = await HttpServer.start(handler);
    const redirect = await fetch(`${pages.url}/dashboard`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([308, './dashboard/']);
    const page = await fetch(`${pages.url}/dashboard/`);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'sha256-");
    expect(await (await fetch(`${pages.url}/dashboard/snapshot`)).json()).toMatchObject({ format: 1 });
    const events = await fetch(`${pages.url}/dashboard/events`);
    handler.close();
    expect(await events.text()).toContain('event: snapshot');
    await pages.close();
  });

  it('opens no stream once the routes are closed, which would keep the server from closing', async () => {
    const handler = nodeHandler(scorer, { dashboard: true });
    const pages = await HttpServer.start(handler);
    handler.close();
    const events = await fetch(`${pages.url}/dashboard/events`);
    expect(events.status).toBe(503);
    expect(await events.json()).toMatchObject({ code: 'ERR_TOO_MANY_PAGES' });
    await pages.close();
  });
});
