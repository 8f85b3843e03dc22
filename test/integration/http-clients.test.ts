import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { WorkerGate } from '../support/gate.js';
import { httpHosts } from '../support/http-hosts.js';
import { type HttpServer, readUntil } from '../support/http-server.js';
import { fixtureModel } from '../support/paths.js';

const features = { left: [0.1, 0.2, 0.3], right: [1, -1] };

/** Asks for a score over a connection of its own. */
async function ask(server: HttpServer, id: string): Promise<Socket> {
  const socket = await server.connect();
  const body = JSON.stringify({ id, features });
  const head = `POST /fraud/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  return socket;
}

/** Resolves once it is so, looked at in every turn of the event loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe.each(httpHosts)('$name with a real worker', ({ start }) => {
  let gate: WorkerGate;
  let scorer: FraudScorer;
  let server: HttpServer;

  beforeEach(async () => {
    gate = new WorkerGate();
    const { workerFile } = gate;
    scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'], workerFile });
    server = await start(scorer);
  });

  afterEach(async () => {
    gate.tell('pass');
    await server.close();
    await scorer.close();
    gate.close();
  });

  it('scores once for two requests with the same Idempotency-Key at the same time', async () => {
    const post = (id: string): Promise<Response> =>
      server.post('/fraud/score', { id, features }, { 'Idempotency-Key': 'payment-1' });
    gate.tell('hold');
    const both = [post('a'), post('a')];
    await until(() => scorer.summary().queue.inFlight + scorer.summary().queue.depth === 1);
    const other = await post('b');
    expect([other.status, await other.json()]).toMatchObject([422, { code: 'ERR_IDEMPOTENCY_MISMATCH' }]);
    gate.tell('pass');
    const [first, second] = await Promise.all(both);
    expect([first?.status, second?.status]).toEqual([200, 200]);
    expect(await second?.json()).toEqual(await first?.json());
    const later = await post('a');
    expect(later.headers.get('idempotency-replayed')).toBe('true');
    expect(scorer.summary().requests).toMatchObject({ total: 1, succeeded: 1 });
  });

  it('drops and counts the requests of clients that go while the worker is busy, and answers the others', async () => {
    gate.tell('hold');
    const clients = await Promise.all(['a', 'b', 'c', 'd'].map((id) => ask(server, id)));
    await until(() => scorer.summary().queue.depth + scorer.summary().queue.inFlight === 4);
    const stays = clients.pop();
    for (const client of clients) client.destroy();
    await until(() => scorer.summary().requests.cancelled === 3);
    gate.tell('pass');
    if (stays === undefined) throw new Error('a client: expected one');
    expect(await readUntil(stays, /"id":"d"/)).toMatch(/^HTTP\/1.1 200 /);
    const after = await server.post('/fraud/score', { id: 'e', features });
    expect(after.status).toBe(200);
    expect(scorer.summary().requests).toMatchObject({ total: 5, succeeded: 2, cancelled: 3, failed: 0, expired: 0 });
    expect(scorer.summary().queue).toMatchObject({ depth: 0, inFlight: 0 });
  });

  it('scores no more of a stream than its client reads, and answers others meanwhile', async () => {
    const lines = 1_500;
    const socket = await server.connect();
    socket.pause();
    const head = 'POST /fraud/score/stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n';
    socket.write(`${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`);
    // Long ids, which come back, fill the buffers between the two quickly.
    const id = 'x'.repeat(20_000);
    for (let sent = 0; sent < lines; sent += 1) {
      const line = `${JSON.stringify({ id: `${sent}-${id}`, features })}\n`;
      socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    }
    socket.write('0\r\n\r\n');
    const scored = (): number => scorer.summary().requests.total;
    // Another client is answered at any time: also once the stream stands still.
    let before = -1;
    for (let still = 0; still < 20; ) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => server.post('/fraud/score', { features })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      still = scored() === before + 4 ? still + 1 : 0;
      before = scored();
    }
    const others = scorer.summary().requests.total;
    expect(scorer.summary().queue).toMatchObject({ depth: 0, inFlight: 0 });
    const text: string[] = [];
    socket.setEncoding('utf8').on('data', (piece: string) => text.push(piece));
    socket.resume();
    await once(socket, 'end');
    const answered = text.join('').match(/"status":"fulfilled"/g)?.length;
    expect(answered).toBe(lines);
    // It had stood still before its end.
    expect(scored()).toBeGreaterThan(others);
  });
});
