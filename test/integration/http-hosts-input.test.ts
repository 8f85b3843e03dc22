import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueFullError } from '../../src/errors.js';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { httpHosts } from '../support/http-hosts.js';
import { type HttpServer, readAll, readUntil } from '../support/http-server.js';
import { fixtureModel } from '../support/paths.js';
import { bytesOf, type RawRequest, sendRaw } from '../support/raw-request.js';
import { answer, fakeScorer } from '../unit/http/fake-scorer.js';

const features = { left: [0.1, 0.2, 0.3], right: [1, -1] };
const valid = JSON.stringify({ id: 'a', features });
const chunked = `${valid.length.toString(16)};ext=1\r\n${valid}\r\n0\r\nX-Trailer: 1\r\n\r\n`;
const rest = `"features":${JSON.stringify(features)}`;
const deep = `${'['.repeat(900)}${']'.repeat(900)}`;
const maxBodyBytes = 2_000;

type Input = [what: string, request: RawRequest, read: string, parsed?: string];

/** Bodies and headers, and what comes of them where the routes read the body; then where `express.json()` has. */
const inputs: readonly Input[] = [
  ['a valid request', { body: valid }, '200'],
  ['a byte order mark', { body: `\ufeff${valid}` }, '200'],
  ['pieces with extensions and a trailer', { headers: ['Transfer-Encoding: chunked'], body: chunked }, '200'],
  ['Expect: 100-continue', { headers: ['Expect: 100-continue'], body: valid }, '200'],
  ['keys twice, of which the last counts', { body: `{"id":"a","features":{},"id":"b",${rest}}` }, '200'],
  ['__proto__ beside the features', { body: `{"__proto__":{"id":"p"},"constructor":{},${rest}}` }, '200'],
  ['very deep JSON beside the features', { body: `{"x":${deep},${rest}}` }, '200'],
  ['an id of half a character', { body: `{"id":"\\ud800",${rest}}` }, '200'],
  ['another parameter of the type', { headers: ['Content-Type: application/json; a=b'], body: valid }, '200'],
  ['an encoding in capitals', { headers: ['Content-Encoding: IDENTITY'], body: valid }, '200'],
  [
    '__proto__ among the features',
    { body: '{"features":{"__proto__":[1],"left":[1,2,3]}}' },
    '400 ERR_INVALID_REQUEST',
  ],
  ['very deep JSON', { body: deep }, '400 ERR_INVALID_REQUEST'],
  ['a number beyond float64', { body: '{"features":{"left":[1e400,1,1],"right":[1,1]}}' }, '400 ERR_INVALID_REQUEST'],
  ['NaN', { body: '{"features":{"left":[NaN,1,1]}}' }, '400 ERR_MALFORMED_BODY', '400 ERR_BAD_REQUEST'],
  ['JSON and more', { body: `${valid}x` }, '400 ERR_MALFORMED_BODY', '400 ERR_BAD_REQUEST'],
  ['blanks alone', { body: '  ' }, '400 ERR_MALFORMED_BODY', '400 ERR_BAD_REQUEST'],
  ['UTF-16', { body: Buffer.from(valid, 'utf16le') }, '400 ERR_MALFORMED_BODY', '400 ERR_BAD_REQUEST'],
  ['no body', { headers: ['Content-Type: application/json'] }, '400 ERR_MALFORMED_BODY'],
  ['a null', { body: 'null' }, '400 ERR_INVALID_REQUEST', '400 ERR_BAD_REQUEST'],
  ['no type', { headers: ['Content-Type:'], body: valid }, '415 ERR_UNSUPPORTED_MEDIA_TYPE'],
  ['a type that is none', { headers: ['Content-Type: ;;;'], body: valid }, '415 ERR_UNSUPPORTED_MEDIA_TYPE'],
  ['two types', { headers: ['Content-Type: application/json, a/b'], body: valid }, '415 ERR_UNSUPPORTED_MEDIA_TYPE'],
  [
    'gzip',
    { headers: ['Content-Encoding: gzip'], body: valid },
    '415 ERR_UNSUPPORTED_MEDIA_TYPE',
    '400 ERR_BAD_REQUEST',
  ],
  ['two keys', { headers: ['X-Routing-Key: a', 'X-Routing-Key: b'], body: valid }, '200'],
  ['an empty key', { headers: ['X-Routing-Key:'], body: valid }, '400 ERR_INVALID_HEADER'],
  ['a key of other characters', { headers: ['Idempotency-Key: ü'], body: valid }, '400 ERR_INVALID_HEADER'],
  ['two deadlines', { headers: ['Request-Timeout: 1', 'Request-Timeout: 2'], body: valid }, '400 ERR_INVALID_HEADER'],
  ...['1', '1.5', ' 2\t', '999999999'].map((text) => timeout(text, '200')),
  ...[
    '',
    '0',
    '0.0',
    '-1',
    '+1',
    '1e9',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    'soon',
    '1 s',
    '1,5',
    '.5',
    '5.',
    '1000000000',
  ].map((text) => timeout(text, '400 ERR_INVALID_HEADER')),
];

function timeout(text: string, outcome: string): Input {
  return [`Request-Timeout: ${JSON.stringify(text)}`, { headers: [`Request-Timeout: ${text}`], body: valid }, outcome];
}

let scorer: FraudScorer;

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
});

afterAll(() => scorer.close());

describe.each(httpHosts)('$name', ({ name, start, parses }) => {
  let server: HttpServer;

  beforeAll(async () => {
    server = await start(scorer, { maxBodyBytes });
  });

  afterAll(() => server.close());

  it.each(inputs)('answers %s', async (_, request, read, parsed = read) => {
    const { status, headers, body } = await sendRaw(server, request);
    const { code } = JSON.parse(body) as { code?: string };
    expect(`${status}${code === undefined ? '' : ` ${code}`}`).toBe(parses ? parsed : read);
    expect(headers.get('content-type')).toMatch(
      status === 200 ? /^application\/json\b/ : /^application\/problem\+json$/,
    );
    // A client that is refused may use the connection again, where its body has arrived.
    expect(headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
  });

  it.each([
    ['HEAD', '/fraud/score', 405, 'POST'],
    ['PUT', '/fraud/score', 405, 'POST'],
    ['DELETE', '/fraud/outcomes', 405, 'POST'],
    ['PATCH', '/fraud/health/live', 405, 'GET, HEAD'],
    ['POST', '/fraud/openapi.json', 405, 'GET, HEAD'],
    ['HEAD', '/fraud/health/live', 200, undefined],
    ['GET', '/fraud/health/live?a=%zz&b[]=1&__proto__=1', 200, undefined],
    ['GET', 'http://elsewhere/fraud/health/live', 200, undefined],
    ['POST', '/fraud/score/', 404, undefined],
    ['POST', '//fraud/score', 404, undefined],
    ['GET', '/fraud/HEALTH/live', 404, undefined],
    ['GET', '/fraud/x/../health/live', 404, undefined],
    ['GET', '/fraud/health/live;a=1', 404, undefined],
    ['GET', '/fraud/__proto__', 404, undefined],
    ['OPTIONS', '*', 404, undefined],
  ])('answers %s %s with %i', async (method, target, status, allow) => {
    const response = await sendRaw(server, { method, target });
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    if (method === 'HEAD') expect(response.body).toBe('');
  });

  it('answers OPTIONS with the methods that are allowed, where the host has no say in it', async () => {
    const { status, headers } = await sendRaw(server, { method: 'OPTIONS' });
    // Fastify leaves it to plugins for CORS.
    expect([status, headers.get('allow')]).toEqual(name.startsWith('Fastify') ? [404, undefined] : [405, 'POST']);
  });

  it('answers requests that come at once in their order', async () => {
    const socket = await server.connect();
    const wrong = JSON.stringify({ id: 'b', features: {} });
    const all = [valid, wrong, valid.replace('"a"', '"c"')].map((body, place) =>
      bytesOf({ body, headers: [place === 2 ? 'Connection: close' : 'Connection: keep-alive'] }),
    );
    socket.write(Buffer.concat(all));
    const text = await readAll(socket);
    expect(text.match(/HTTP\/1.1 \d+|"id":"."/g)).toEqual([
      'HTTP/1.1 200',
      '"id":"a"',
      'HTTP/1.1 400',
      'HTTP/1.1 200',
      '"id":"c"',
    ]);
  });

  it('says what it takes where a type or an encoding is refused', async () => {
    const type = await sendRaw(server, { headers: ['Content-Type: text/xml'], body: '<a/>' });
    expect([type.status, type.headers.get('accept')]).toEqual([415, 'application/json']);
    if (parses) return;
    const encoding = await sendRaw(server, { headers: ['Content-Encoding: br'], body: valid });
    expect([encoding.status, encoding.headers.get('accept-encoding')]).toEqual([415, 'identity']);
  });

  it('goes on serving others after requests that are cut off in their midst', async () => {
    for (const part of [60, 120, 150]) {
      const socket = await server.connect();
      socket.write(bytesOf({ body: valid }).subarray(0, part));
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    }
    expect((await sendRaw(server, { body: valid })).status).toBe(200);
  });

  it('says to go on before a body that waits for it, and refuses one that is announced as too large', async () => {
    const socket = await server.connect();
    const bytes = bytesOf({ headers: ['Expect: 100-continue'], body: valid });
    const head = bytes.subarray(0, bytes.length - valid.length);
    socket.write(head);
    await readUntil(socket, /^HTTP\/1.1 100 /);
    socket.write(valid);
    await readUntil(socket, /HTTP\/1.1 200 /);
    // Express's own parser waits for all of a body before it says that there was too much.
    if (parses) return;
    const large = await sendRaw(server, { headers: ['Expect: 100-continue', 'Content-Length: 99999999'], body: 'x' });
    expect(large.status).toBe(413);
    expect(large.headers.get('connection')).toBe('close');
  });

  it.each([
    [undefined, '1'],
    [0.5, '1'],
    [2_001, '3'],
    [1e12, '3600'],
    [Number.POSITIVE_INFINITY, '3600'],
    [Number.NaN, '1'],
  ])('asks to come back after an expected wait of %s ms in whole seconds', async (expectedWaitMs, seconds) => {
    const fake = fakeScorer();
    fake.score.mockRejectedValue(new QueueFullError(1, expectedWaitMs === undefined ? {} : { expectedWaitMs }));
    const own = await start(fake);
    const { status, headers } = await sendRaw(own, { body: valid });
    await own.close();
    expect([status, headers.get('retry-after')]).toEqual([429, seconds]);
  });

  it('cuts a deadline that is too long down to maxTimeoutMs', async () => {
    const fake = fakeScorer();
    fake.score.mockResolvedValue(answer);
    const own = await start(fake, { maxTimeoutMs: 5_000 });
    await sendRaw(own, { headers: ['Request-Timeout: 999999999'], body: valid });
    await own.close();
    expect(fake.score.mock.lastCall?.[1]).toMatchObject({ timeoutMs: 5_000 });
  });
});
