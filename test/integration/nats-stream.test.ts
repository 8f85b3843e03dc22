import { createConnection } from 'node:net';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, InferenceError, type ScoreResult, type Scorer } from '../../src/index.js';
import { type StreamOptions, type StreamWorker, scoreStream } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { createStreams, storedMessages, unacknowledged } from '../support/nats-streams.js';
import { fixtureModel } from '../support/paths.js';

let server: NatsServer;
let connection: NatsConnection;
let scorer: FraudScorer;
const workers: StreamWorker[] = [];

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, providers: ['cpu'] });
});

afterAll(() => scorer.close());

beforeEach(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
  await createStreams(connection);
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await connection.close();
  await server.stop();
});

const usual: StreamOptions = { stream: 'TRANSACTIONS', consumer: 'fraud', to: 'decisions.all', deadLetter: 'dead' };

async function start(options: Partial<StreamOptions> = {}, by: Scorer = scorer): Promise<StreamWorker> {
  const worker = await scoreStream(by, connection, { ...usual, ...options });
  workers.push(worker);
  return worker;
}

function send(...messages: (string | object)[]): void {
  for (const message of messages) {
    connection.publish('transactions.eu', typeof message === 'string' ? message : JSON.stringify(message));
  }
}

/** Publishes as any program may, past the checks of the client. */
async function sendRaw(subject: string, header: string, payload: string): Promise<void> {
  const socket = createConnection(server.port, '127.0.0.1');
  const headerBytes = `NATS/1.0\r\n${header}\r\n\r\n`;
  const total = headerBytes.length + payload.length;
  socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
  socket.write(`HPUB ${subject} ${headerBytes.length} ${total}\r\n${headerBytes}${payload}\r\nPING\r\n`);
  await new Promise<void>((resolve, reject) => {
    let answer = '';
    socket.once('error', reject).on('data', (data) => {
      answer += String(data);
      if (answer.includes('PONG')) resolve();
    });
  });
  socket.destroy();
}

/** Resolves when each message is decided, or a dead letter. */
async function allDone(expected: number): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (;;) {
    const { state } = await manager.streams.info('DECISIONS');
    if (state.messages >= expected && (await unacknowledged(connection, 'TRANSACTIONS', 'fraud')) === 0) return;
  }
}

const transaction = (id: string, x = 0.25): object => ({ id, features: { x: [x] } });

/** A scorer that answers as told. */
function scorerThat(score: (id: string | undefined) => Promise<ScoreResult>): Scorer {
  return {
    score: (request) => score(request.id),
    scoreMany: () => Promise.reject(new Error('not used')),
    health: () => scorer.health(),
    close: () => Promise.reject(new Error('not used')),
  };
}

describe('scoreStream', () => {
  it('publishes one decision for each transaction and acknowledges it', async () => {
    const worker = await start();
    send(transaction('t-1'), transaction('t-2', 0.81), { features: { x: [0.25] } });
    await allDone(3);
    const decisions = await storedMessages(connection, 'DECISIONS', 'decisions.all');
    expect(decisions.map(({ header }) => header.get('Nats-Msg-Id'))).toEqual(['t-1', 't-2', 'TRANSACTIONS:3']);
    expect(decisions[1]?.json()).toMatchObject({ source: 'model', id: 't-2', model: { name: 'sqrt' } });
    expect(worker.stats()).toMatchObject({ received: 3, decided: 3, duplicates: 0, deadLettered: 0, inFlight: 0 });
  });

  it('keeps one decision for a transaction that comes twice', async () => {
    const worker = await start();
    send(transaction('t-1'), transaction('t-1'));
    await allDone(1);
    expect(worker.stats()).toMatchObject({ decided: 2, duplicates: 1 });
    expect(await storedMessages(connection, 'DECISIONS', 'decisions.all')).toHaveLength(1);
  });

  it('writes a dead letter at once for a message that is no valid transaction, without its values', async () => {
    await start();
    send('4111 is no JSON', '"4111"', { id: 'secret-1', features: { x: [4111, 4111] } });
    await allDone(3);
    const letters = await storedMessages(connection, 'DECISIONS', 'dead');
    expect(letters.map(({ data }) => new TextDecoder().decode(data))).toEqual([
      '4111 is no JSON',
      '"4111"',
      '{"id":"secret-1","features":{"x":[4111,4111]}}',
    ]);
    for (const { header } of letters) {
      expect(header.get('Fraud-Scorer-Code')).toBe('ERR_INVALID_REQUEST');
      expect(header.get('Fraud-Scorer-Tries')).toBe('1');
      expect([...header].flat(2).join('\n')).not.toMatch(/4111|secret/);
    }
    expect(letters[2]?.header.get('Fraud-Scorer-Sequence')).toBe('3');
    expect(JSON.parse(letters[2]?.header.get('Fraud-Scorer-Issues') ?? '')).toMatchObject([{ path: 'features.x' }]);
  });

  it('writes a dead letter for a message with malformed headers, and goes on', async () => {
    const worker = await start();
    // The client of NATS does not send such headers, but others do, and the server stores them.
    await sendRaw('transactions.eu', 'trace id: 1', 'no JSON');
    await sendRaw('transactions.eu', 'trace id: 1', JSON.stringify({ id: 't-1', features: {} }));
    send(transaction('t-2'));
    await allDone(3);
    expect(worker.stats()).toMatchObject({ decided: 1, deadLettered: 2, inFlight: 0 });
    const letters = await storedMessages(connection, 'DECISIONS', 'dead');
    expect(letters.map(({ header }) => header.get('Fraud-Scorer-Headers'))).toEqual(['left-out', 'left-out']);
    expect(letters[0]?.string()).toBe('no JSON');
  });

  it('tries a failed transaction again, and writes a dead letter after the last try', async () => {
    const tries: string[] = [];
    const failing = scorerThat((id = '') => {
      tries.push(id);
      const isOver = id === 'heals' && tries.filter((one) => one === id).length === 2;
      return isOver ? scorer.score({ id, features: { x: [0.25] } }) : Promise.reject(new InferenceError('It failed'));
    });
    const worker = await start({ maxTries: 3, retryDelayMs: 1 }, failing);
    send(transaction('heals'), transaction('fails'));
    await allDone(2);
    expect(tries.toSorted()).toEqual(['fails', 'fails', 'fails', 'heals', 'heals']);
    expect(worker.stats()).toMatchObject({ decided: 1, deadLettered: 1, retried: 3 });
    const [letter] = await storedMessages(connection, 'DECISIONS', 'dead');
    expect(letter?.header.get('Fraud-Scorer-Code')).toBe('ERR_INFERENCE');
    expect(letter?.header.get('Fraud-Scorer-Tries')).toBe('3');
  });

  it('never scores more than maxInFlight at the same time', async () => {
    let inFlight = 0;
    let most = 0;
    const counting = scorerThat(async (id = '') => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      const result = await scorer.score({ id, features: { x: [0.25] } });
      inFlight -= 1;
      return result;
    });
    send(...Array.from({ length: 200 }, (_, index) => transaction(`t-${index}`)));
    await start({ maxInFlight: 8 }, counting);
    await allDone(200);
    expect(most).toBe(8);
  });

  it('keeps a slow transaction for itself while the ack wait passes', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const slow = scorerThat(async (id = '') => {
      calls += 1;
      await gate;
      return scorer.score({ id, features: { x: [0.25] } });
    });
    await start({ ackWaitMs: 1_000 }, slow);
    const manager = await jetstreamManager(connection);
    let extended = 0;
    // The worker tells the server on the message's own subject.
    for await (const _ of await watchProgress(() => send(transaction('t-1')))) {
      extended += 1;
      if (extended === 5) break;
    }
    expect((await manager.consumers.info('TRANSACTIONS', 'fraud')).num_redelivered).toBe(0);
    release();
    await allDone(1);
    expect(calls).toBe(1);
  });

  it('finishes what it has before a drain ends, and leaves the rest to another worker', async () => {
    send(...Array.from({ length: 500 }, (_, index) => transaction(`t-${index}`)));
    const first = await start({ maxInFlight: 16, ackWaitMs: 1_000 });
    await first.drain();
    const { received, decided, inFlight } = first.stats();
    expect(decided).toBe(received);
    expect(inFlight).toBe(0);
    await first.done;
    await start();
    await allDone(500);
  });

  it('gives back what it has when it is stopped', async () => {
    const never = scorerThat(() => new Promise(() => {}));
    const first = await start({}, never);
    send(transaction('t-1'), transaction('t-2'));
    while (first.stats().inFlight < 2) await connection.flush();
    // It waits already: nats-server 2.9 forgets a message that is given back while nobody waits until the ack wait is over.
    const second = await start();
    await first.stop();
    // The ack wait is 30 s, as long as a test may take.
    await allDone(2);
    expect(second.stats()).toMatchObject({ received: 2, decided: 2 });
  });

  it('ends with ERR_CLOSED when the scorer is closed, and gives the message back', async () => {
    const closed = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, providers: ['cpu'] });
    await closed.close();
    const worker = await start({ ackWaitMs: 1_000 }, closed);
    send(transaction('t-1'));
    await expect(worker.done).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(worker.stats()).toMatchObject({ retried: 0, deadLettered: 0, inFlight: 0 });
    await start();
    await allDone(1);
  });

  it('goes on after the server was killed and started again', async () => {
    await start({ ackWaitMs: 1_000, retryDelayMs: 1 });
    send(transaction('t-1'));
    await allDone(1);
    const reconnected = nextReconnect();
    await server.halt('SIGKILL');
    await server.restart();
    await reconnected;
    send(transaction('t-2'));
    await allDone(2);
    // A killed server may forget an acknowledgement: the first is scored again then, but not stored twice.
    const decisions = await storedMessages(connection, 'DECISIONS', 'decisions.all');
    expect(decisions.map(({ header }) => header.get('Nats-Msg-Id'))).toEqual(['t-1', 't-2']);
  });

  it('writes a dead letter for a transaction that no worker has finished in maxDeliveries', async () => {
    let calls = 0;
    const never = scorerThat(() => {
      calls += 1;
      return new Promise(() => {});
    });
    send(transaction('t-1'));
    for (let killed = 1; killed <= 2; killed += 1) {
      // A connection that is lost does what a killed process does: nobody answers for the message.
      const lost = await server.connect();
      await scoreStream(never, lost, { ...usual, ackWaitMs: 1_000 });
      while (calls < killed) await connection.flush();
      await lost.close();
    }
    await start({ maxTries: 1, maxDeliveries: 2 }, never);
    await allDone(1);
    const [letter] = await storedMessages(connection, 'DECISIONS', 'dead');
    expect(letter?.header.get('Fraud-Scorer-Code')).toBe('ERR_WORKER_LOST');
    expect(letter?.header.get('Fraud-Scorer-Tries')).toBe('3');
    expect(calls).toBe(2);
  });

  it('goes on with the next transactions where a function of the host throws or chooses a subject of no stream', async () => {
    const worker = await start({
      ...{ maxTries: 2, retryDelayMs: 1, maxDeliveries: 2, ackWaitMs: 1_000 },
      to: ({ id }) => (id === 'nowhere' ? 'nowhere' : 'decisions.all'),
      encode: (result) => {
        if (result.id === 'throws') throw new Error('card 4111');
        return new TextEncoder().encode(result.decision);
      },
      decode: (message) => {
        const request = message.json<{ id: string; features: { x: number[] } }>();
        if (request.id === 'unread') throw new Error('card 4111');
        return request;
      },
    });
    send(...['unread', 'throws', 'nowhere', 'well'].map((id) => transaction(id)));
    await allDone(4);
    const letters = await storedMessages(connection, 'DECISIONS', 'dead');
    const reasons = letters.map(({ data, header }) => [
      JSON.parse(new TextDecoder().decode(data)).id,
      header.get('Fraud-Scorer-Code'),
    ]);
    expect(reasons.toSorted()).toEqual([
      ['nowhere', 'ERR_UNAVAILABLE'],
      ['throws', 'ERR_UNKNOWN'],
      ['unread', 'ERR_INVALID_REQUEST'],
    ]);
    expect(letters.map(({ header }) => [...header].flat(2).join('\n')).join('\n')).not.toContain('4111');
    expect(worker.stats()).toMatchObject({ decided: 1, deadLettered: 3, publishFailed: 2 });
    const [decision] = await storedMessages(connection, 'DECISIONS', 'decisions.all');
    expect(decision?.string()).toBe('REVIEW');
  });

  it('waits for confirmed acknowledgements where it is told to', async () => {
    const worker = await start({ confirmAcks: true });
    send(transaction('t-1'), transaction('t-2'));
    await allDone(2);
    while (worker.stats().inFlight > 0) await connection.flush();
    expect(await unacknowledged(connection, 'TRANSACTIONS', 'fraud')).toBe(0);
  });

  it('ends with ERR_UNAVAILABLE when the connection is closed', async () => {
    const own = await server.connect();
    const worker = await scoreStream(scorer, own, usual);
    await own.close();
    await expect(worker.done).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  it('needs no permission but those that the docs list', async () => {
    const publish = [
      '$JS.API.CONSUMER.INFO.TRANSACTIONS.fraud',
      '$JS.API.CONSUMER.CREATE.TRANSACTIONS.fraud',
      '$JS.API.CONSUMER.MSG.NEXT.TRANSACTIONS.fraud',
      '$JS.API.STREAM.NAMES',
      '$JS.ACK.TRANSACTIONS.fraud.>',
      'decisions.all',
      'dead',
    ];
    const permissions = JSON.stringify({ publish, subscribe: ['_INBOX.>'] });
    await connection.close();
    await server.stop();
    server = await NatsServer.start({
      config: `authorization { users = [ { user: admin, password: a }, { user: worker, password: b, permissions: ${permissions} } ] }`,
    });
    connection = await server.connect({ user: 'admin', pass: 'a' });
    await createStreams(connection);
    const limited = await server.connect({ user: 'worker', pass: 'b' });
    const problems: string[] = [];
    void (async () => {
      for await (const { type } of limited.status()) if (type === 'error') problems.push(type);
    })();
    const worker = await scoreStream(scorer, limited, { ...usual, ackWaitMs: 1_000 });
    send(transaction('t-1'), 'no JSON');
    await allDone(2);
    await worker.drain();
    // Only the look at the duplicate window was refused.
    expect(problems).toEqual(['error']);
    await limited.close();
  });

  it('names the permission that a user lacks', async () => {
    const secured = await NatsServer.start({
      config: 'authorization { users = [ { user: a, password: a, permissions: { publish: "x" } } ] }',
    });
    const refused = await secured.connect({ user: 'a', pass: 'a' });
    try {
      await expect(scoreStream(scorer, refused, usual)).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringMatching(/permission.*\$JS\.API\.CONSUMER\.INFO\.TRANSACTIONS\.fraud/i),
      });
    } finally {
      await refused.close();
      await secured.stop();
    }
  });

  it.each<[string, Partial<StreamOptions>, string]>([
    ['a stream that does not exist', { stream: 'OTHERS' }, 'stream'],
    ['decisions that no stream takes', { to: 'nowhere' }, 'to'],
    ['dead letters that no stream takes', { deadLetter: 'nowhere' }, 'deadLetter'],
    ['decisions beside the transactions', { to: 'transactions.decisions' }, 'to'],
    ['wildcards in the target', { to: 'decisions.*' }, 'to'],
    ['a room of 0', { maxInFlight: 0 }, 'maxInFlight'],
  ])('refuses %s', async (_, options, path) => {
    await expect(start(options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path }] });
  });

  it('refuses a stream of decisions that forgets ids before a message comes again', async () => {
    const manager = await jetstreamManager(connection);
    await manager.streams.update('DECISIONS', { duplicate_window: 20e9 });
    await expect(start()).rejects.toMatchObject({ issues: [{ path: 'to', received: 'one with 20000 ms' }] });
    // Longer than the ack wait, but not than the wait for a confirmation and the longest delay of a retry.
    await manager.streams.update('DECISIONS', { duplicate_window: 60e9 });
    await expect(start({ ackWaitMs: 1_000 })).rejects.toMatchObject({
      issues: [{ path: 'to', expected: expect.stringMatching(/longer than 66000 ms/), received: 'one with 60000 ms' }],
    });
    await start({ ackWaitMs: 1_000, retryDelayMs: 10, maxTries: 2 });
  });

  it('says that its consumer was deleted, and goes on with one that is made again', async () => {
    const logged: unknown[] = [];
    const logger = { info() {}, warn() {}, error: (_: string, fields?: object) => logged.push(fields) };
    const worker = await start({ logger });
    const manager = await jetstreamManager(connection);
    await manager.consumers.delete('TRANSACTIONS', 'fraud');
    await expect
      .poll(() => logged, { timeout: 20_000 })
      .toContainEqual({ reason: expect.stringMatching(/does not exist any more/) });
    await manager.consumers.add('TRANSACTIONS', {
      durable_name: 'fraud',
      ack_policy: 'explicit',
      max_ack_pending: 50_000,
    });
    send(transaction('after'));
    await expect.poll(() => worker.stats().decided, { timeout: 20_000 }).toBeGreaterThan(0);
  });

  it('refuses a consumer with settings that would lose messages, and names each', async () => {
    const manager = await jetstreamManager(connection);
    await manager.consumers.add('TRANSACTIONS', {
      ...{ durable_name: 'fraud', ack_policy: 'none', max_ack_pending: -1 },
    });
    await expect(start()).rejects.toMatchObject({ issues: [{ path: 'consumer ack_policy', received: 'none' }] });
    await manager.consumers.delete('TRANSACTIONS', 'fraud');
    await manager.consumers.add('TRANSACTIONS', {
      ...{ durable_name: 'fraud', ack_policy: 'explicit', max_ack_pending: 10, max_deliver: 3, ack_wait: 5e8 },
    });
    await expect(start()).rejects.toMatchObject({
      issues: [
        { path: 'consumer max_deliver' },
        { path: 'consumer max_ack_pending' },
        { path: 'consumer ack_wait', received: '500 ms' },
      ],
    });
  });
});

/** Listens from now on. */
async function nextReconnect(): Promise<void> {
  for await (const { type } of connection.status()) if (type === 'reconnect') return;
}

/** What workers say about messages that take long. @param begin called once somebody listens. */
async function watchProgress(begin: () => void): Promise<AsyncIterable<unknown>> {
  const heard = connection.subscribe('$JS.ACK.>');
  await connection.flush();
  begin();
  return heard;
}
