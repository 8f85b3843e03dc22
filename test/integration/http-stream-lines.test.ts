import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { httpHosts } from '../support/http-hosts.js';
import { type HttpServer, readAll } from '../support/http-server.js';
import { fixtureModel } from '../support/paths.js';

const maxBodyBytes = 300;
const features = '"features":{"left":[1,2,3],"right":[1,2]}';

/** A line, and how its outcome begins; null where it has none. */
const line = fc.oneof(
  fc.nat().map((id) => [Buffer.from(`{"id":"${id}",${features}}`), `fulfilled ${id}`] as const),
  fc.nat().map((id) => [Buffer.from(` {"id":"é${id}",${features}}\r`), `fulfilled é${id}`] as const),
  fc.constantFrom('', ' ', '\r', ' \t\r').map((text) => [Buffer.from(text), null] as const),
  fc.constantFrom('{', '{}x', 'NaN', '\u2028').map((text) => [Buffer.from(text), 'ERR_MALFORMED_BODY'] as const),
  fc.constant([Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'ERR_MALFORMED_BODY'] as const),
  fc
    .constantFrom('0', 'null', '[]', '{"__proto__":{}}')
    .map((text) => [Buffer.from(text), 'ERR_INVALID_REQUEST'] as const),
  fc
    .integer({ min: maxBodyBytes + 1, max: 900 })
    .map((size) => [Buffer.alloc(size, '7'), 'ERR_BODY_TOO_LARGE'] as const),
);

interface Outcome {
  status: string;
  value?: { id: string };
  reason?: { code: string };
}

let scorer: FraudScorer;

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
});

afterAll(() => scorer.close());

describe.each(httpHosts.filter(({ parses }) => !parses))('The stream of $name', ({ start }) => {
  let server: HttpServer;

  beforeAll(async () => {
    server = await start(scorer, { maxBodyBytes, maxStreamInFlight: 3 });
  });

  afterAll(() => server.close());

  it('answers each line once, in order, whatever the lines are and wherever their bytes are cut', async () => {
    const lines = fc.array(line, { maxLength: 12 });
    const cuts = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(lines, cuts, fc.boolean(), async (given, sizes, endsWithNewline) => {
        const body = Buffer.concat(
          given.flatMap(([bytes], place) => (place === 0 ? [bytes] : [Buffer.from('\n'), bytes])),
        );
        const whole = endsWithNewline ? Buffer.concat([body, Buffer.from('\n')]) : body;
        const socket = await server.connect();
        socket.write(
          'POST /fraud/score/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
        );
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const piece = whole.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
          socket.write(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
          at += piece.length;
        }
        socket.write('0\r\n\r\n');
        const text = await readAll(socket);
        expect(text).toMatch(/^HTTP\/1.1 200 /);
        const outcomes = outcomesIn(text).map(({ value, status, reason }) =>
          value === undefined ? reason?.code : `${status} ${value.id}`,
        );
        expect(outcomes).toEqual(given.flatMap(([, outcome]) => outcome ?? []));
      }),
      { numRuns: 40 },
    );
  });
});

/** Those of an answer in pieces, whose sizes stand on lines of their own. */
function outcomesIn(answer: string): Outcome[] {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4).replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '');
  return body
    .split('\n')
    .filter((one) => one.startsWith('{'))
    .map((one) => JSON.parse(one) as Outcome);
}
