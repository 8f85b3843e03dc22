import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelDescription } from '../../src/api/model-description.js';
import type { ScoreOptions } from '../../src/api/request.js';
import type { ScoreResult } from '../../src/api/result.js';
import { ClosedError, QueueFullError, WorkerLostError } from '../../src/errors.js';
import { systemClock } from '../../src/host/clock.js';
import {
  RemoteScorer,
  type ScoringService,
  type ServedScorer,
  serveScoring,
} from '../../src/integrations/nats/index.js';
import type { ServeScoringOptions } from '../../src/integrations/nats/service/service-options.js';
import { NatsServer } from '../support/nats-server.js';

let server: NatsServer;
let connection: NatsConnection;
const services: ScoringService[] = [];
const remotes: RemoteScorer[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

afterEach(async () => {
  for (const remote of remotes.splice(0)) await remote.close({ timeoutMs: 0 });
  for (const service of services.splice(0)) await service.stop();
});

/** A scorer whose answers wait until they are let go, and whose inputs can change. */
class StandIn implements ServedScorer {
  readonly seen: unknown[] = [];
  readonly seenOptions: (ScoreOptions | undefined)[] = [];
  readonly #waiting: (() => void)[] = [];
  #listener: () => void = () => {};
  #inputs = 'a';
  holds = false;

  score(request: unknown, options?: ScoreOptions): Promise<ScoreResult> {
    this.seen.push(request);
    this.seenOptions.push(options);
    if (!this.holds) return Promise.resolve(resultOf());
    return new Promise((resolve) => this.#waiting.push(() => resolve(resultOf())));
  }

  health(): ReturnType<ServedScorer['health']> {
    return { status: 'ok', ready: true, provider: 'cpu', providers: [], workers: 1, queueDepth: 0, reasons: [] };
  }

  describeModel(): ModelDescription {
    const input = { name: this.#inputs, type: 'float32' as const, size: 2, features: [] };
    return { name: 'stand-in', version: '1', inputs: [input], attention: false, unknownFeatures: 'refuse' };
  }

  on(_: 'deployment', listener: () => void): void {
    this.#listener = listener;
  }

  /** Another version is live, with another input. */
  deploy(inputs: string): void {
    this.#inputs = inputs;
    this.#listener();
  }

  letGo(): void {
    this.holds = false;
    for (const answer of this.#waiting.splice(0)) answer();
  }
}

function resultOf(): ScoreResult {
  return {
    source: 'model',
    decision: 'APPROVE',
    decidedBy: 'policy',
    fraudProbability: 0.25,
    riskScore: 0.5,
    riskLevel: 'LOW',
    model: { name: 'stand-in', version: '1' },
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
}

async function serve(scorer: ServedScorer, options: ServeScoringOptions): Promise<ScoringService> {
  const service = await serveScoring(scorer, connection, options);
  services.push(service);
  return service;
}

async function connectTo(
  nodes: number,
  options: Parameters<typeof RemoteScorer.connect>[1] = {},
): Promise<RemoteScorer> {
  const remote = await RemoteScorer.connect(connection, { discoverEveryMs: 60_000, ...options });
  remotes.push(remote);
  await expect.poll(() => remote.health().workers).toBe(nodes);
  return remote;
}

const request = { features: { a: [1, 2] } };

describe('a scorer of the host', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('of the host');
      },
    ],
    ['gives nothing', () => undefined],
    ['gives what cannot be JSON', () => Promise.resolve({ ...resultOf(), model: 1n })],
  ])('that %s is ERR_INFERENCE for the caller, and the node serves on', async (_, odd) => {
    const scorer = new StandIn();
    const service = await serve(scorer, { id: 'odd' });
    const remote = await connectTo(1);
    const own = scorer.score;
    scorer.score = odd as never;
    await expect(remote.score(request)).rejects.toMatchObject({ code: 'ERR_INFERENCE' });
    const reply = await connection.request('fraud.score', JSON.stringify(request));
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('ERR_INFERENCE');
    expect(service.stats().inFlight).toBe(0);
    scorer.score = own;
    expect(await remote.score(request)).toMatchObject({ source: 'model' });
  });
});

describe('a busy node', () => {
  it('refuses at once, and the client asks another', async () => {
    const [busy, free] = [new StandIn(), new StandIn()];
    busy.holds = true;
    const first = await serve(busy, { id: 'busy', limits: { maxInFlight: 1 } });
    const remote = await connectTo(1);
    const held = remote.score(request);
    await expect.poll(() => first.stats().inFlight).toBe(1);
    await serve(free, { id: 'free' });
    const both = await connectTo(2);
    const results = await Promise.all(Array.from({ length: 20 }, () => both.score(request)));
    expect(results).toHaveLength(20);
    expect(busy.seen).toHaveLength(1);
    busy.letGo();
    expect(await held).toMatchObject({ source: 'model' });
  });

  it('is ERR_UNAVAILABLE at once if there is no other', async () => {
    const scorer = new StandIn();
    scorer.holds = true;
    const service = await serve(scorer, { id: 'only', limits: { maxInFlight: 1 } });
    const remote = await connectTo(1, { timeoutMs: 60_000 });
    const held = remote.score(request);
    await expect.poll(() => service.stats().inFlight).toBe(1);
    await expect(remote.score(request)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(service.stats().refused.busy).toBe(1);
    scorer.letGo();
    await held;
  });
});

describe('what a node refuses', () => {
  it('costs no attempt: an idle node is found behind all busy ones', async () => {
    const busy = [new StandIn(), new StandIn(), new StandIn()];
    const services = await Promise.all(
      busy.map((scorer, index) => serve(scorer, { id: `busy${index}`, limits: { maxInFlight: 1 } })),
    );
    for (const scorer of busy) scorer.holds = true;
    for (const { id } of services) connection.publish(`fraud.score.node.${id}`, JSON.stringify(request));
    await expect.poll(() => services.map((service) => service.stats().inFlight)).toEqual([1, 1, 1]);
    await serve(new StandIn(), { id: 'idle' });
    const remote = await connectTo(4, { retries: 0 });
    for (let turn = 0; turn < 20; turn += 1) expect(await remote.score(request)).toMatchObject({ source: 'model' });
    for (const scorer of busy) scorer.letGo();
  });

  it('costs no attempt where a queue is full or a scorer is closed', async () => {
    const full = new QueueFullError(10);
    const [one, two, three] = [new StandIn(), new StandIn(), new StandIn()];
    one.score = () => Promise.reject(full);
    two.score = () => Promise.reject(new ClosedError('The scorer is closed'));
    for (const [index, scorer] of [one, two, three].entries()) await serve(scorer, { id: `n${index}` });
    const remote = await connectTo(3, { retries: 0 });
    for (let turn = 0; turn < 20; turn += 1) expect(await remote.score(request)).toMatchObject({ source: 'model' });
    three.score = one.score;
    two.score = one.score;
    await expect(remote.score(request)).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
  });

  it('costs no attempt while nodes drain', async () => {
    const [one, two] = [await serve(new StandIn(), { id: 'one' }), await serve(new StandIn(), { id: 'two' })];
    const remote = await connectTo(2, { retries: 0 });
    const calls: Promise<unknown>[] = [];
    for (let turn = 0; turn < 50; turn += 1) {
      for (let call = 0; call < 10; call += 1) calls.push(remote.score(request));
      if (turn === 20) calls.push(one.drain());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect(two.stats().requests).toBeGreaterThan(0);
    await two.drain();
    await expect(remote.score(request)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });
});

describe('a node that answers questions and does not score', () => {
  it('gets a few copies of requests until it scores again, and no request waits for it', async () => {
    const [hung, good] = [new StandIn(), new StandIn()];
    await serve(hung, { id: 'hung' });
    await serve(good, { id: 'good' });
    const remote = await connectTo(2, { discoverEveryMs: 100, timeoutMs: 30_000 });
    hung.holds = true;
    await expect.poll(() => remote.score(request).then(() => remote.health().workers)).toBe(1);
    const before = hung.seen.length;
    const endsAt = performance.now() + 1_000;
    let longest = 0;
    while (performance.now() < endsAt) {
      const startedAt = performance.now();
      await remote.score(request);
      longest = Math.max(longest, performance.now() - startedAt);
    }
    const probes = hung.seen.length - before;
    expect(probes).toBeGreaterThan(0);
    expect(probes).toBeLessThan(10);
    expect(longest).toBeLessThan(500);
    hung.letGo();
    await expect.poll(() => remote.score(request).then(() => remote.health().workers), { timeout: 10_000 }).toBe(2);
  });
});

describe('a request that was sent to a second node because the first is slow', () => {
  it('is answered by the first where the second loses it', async () => {
    const [one, two] = [new StandIn(), new StandIn()];
    await serve(one, { id: 'one' });
    await serve(two, { id: 'two' });
    const remote = await connectTo(2, { timeoutMs: 20_000 });
    for (let warm = 0; warm < 40; warm += 1) await remote.score(request);
    let answerFirst = (): void => {};
    let asked = 0;
    const score = (): Promise<ScoreResult> => {
      asked += 1;
      if (asked === 1) return new Promise((resolve) => (answerFirst = () => resolve(resultOf())));
      systemClock.after(100, () => answerFirst());
      return Promise.reject(new WorkerLostError('its worker was killed'));
    };
    [one.score, two.score] = [score, score];
    expect(await remote.score(request)).toMatchObject({ source: 'model' });
    expect(asked).toBe(2);
  });
});

describe('a foreign node', () => {
  it.each(['x y', '>', '*', 'x\r\nPING', ''])('with the subject %j is not known', async (tail) => {
    await serve(new StandIn(), { id: 'good' });
    const metadata = { subject: 'fraud.score', node: `fraud.score.node.${tail}` };
    const info = connection.subscribe('$SRV.INFO.fraud-scorer', {
      callback: (_, message) => void message.respond(JSON.stringify({ id: 'foreign', metadata })),
    });
    const remote = await connectTo(1);
    for (let turn = 0; turn < 10; turn += 1) expect(await remote.score(request)).toMatchObject({ source: 'model' });
    expect(remote.health().workers).toBe(1);
    info.unsubscribe();
  });
});

describe('a client that finds no node', () => {
  it('reaches the queue group, and sends again what a node of it does not answer', async () => {
    const [hung, good] = [new StandIn(), new StandIn()];
    await serve(hung, { id: 'hung' });
    await serve(good, { id: 'good' });
    hung.holds = true;
    // Another name in the services API, so nobody answers its questions.
    const remote = await connectTo(0, { name: 'other', retries: 10, timeoutMs: 30_000 });
    await Promise.all(Array.from({ length: 20 }, () => remote.score(request)));
    expect(good.seen.length).toBeGreaterThan(0);
    expect(remote.health()).toMatchObject({ status: 'degraded', ready: true, workers: 0 });
    expect(remote.health().reasons).toEqual([expect.stringContaining('go through the queue group')]);
    hung.letGo();
  });
});

describe('a routing key', () => {
  it('counts as a part of its request: a long one is refused alone, and others are sent in several messages', async () => {
    const scorer = new StandIn();
    await serve(scorer, { id: 'n' });
    const remote = await connectTo(1, { timeoutMs: 20_000 });
    const long = remote.score(request, { routingKey: 'k'.repeat(1_100_000) });
    const others = Array.from({ length: 10 }, () => remote.score(request, { routingKey: 'k'.repeat(300_000) }));
    await expect(long).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'routingKey' }] });
    expect(await Promise.all(others)).toHaveLength(10);
  });
});

describe('a server that hangs', () => {
  it('is sent no more than a second of messages, and the rest when it answers again', async () => {
    const own = await NatsServer.start();
    const ownConnection = await own.connect();
    const node = await serveScoring(new StandIn(), await own.connect(), { id: 'n' });
    const remote = await RemoteScorer.connect(ownConnection, { timeoutMs: 60_000 });
    await remote.score(request);
    process.kill(own.pid, 'SIGSTOP');
    const calls: Promise<unknown>[] = [];
    const sendFor = async (ms: number): Promise<number> => {
      const before = ownConnection.stats().outMsgs;
      for (const endsAt = performance.now() + ms; performance.now() < endsAt; ) {
        calls.push(remote.score(request));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return ownConnection.stats().outMsgs - before;
    };
    await sendFor(1_500);
    // Questions for nodes, once a second.
    expect(await sendFor(1_500)).toBeLessThan(5);
    process.kill(own.pid, 'SIGCONT');
    expect(await Promise.all(calls)).toHaveLength(calls.length);
    await remote.close();
    await node.stop();
    await ownConnection.close();
    await own.stop();
  }, 30_000);
});

describe('another layout', () => {
  it('is told to the client, which encodes again', async () => {
    const scorer = new StandIn();
    const service = await serve(scorer, { id: 'n' });
    const remote = await connectTo(1);
    await remote.score(request);
    expect(scorer.seen[0]).toEqual({ features: { a: Float32Array.of(1, 2) } });
    scorer.deploy('b');
    await remote.score({ id: 'tx-1', ...request });
    // The node's own reader says what is wrong with it.
    expect(scorer.seen[1]).toEqual({ id: 'tx-1', features: { a: [1, 2] } });
    expect(service.stats().refused.layout).toBe(1);
    await remote.score({ features: { b: [3, 4] } });
    expect(scorer.seen[2]).toEqual({ features: { b: Float32Array.of(3, 4) } });
    expect(service.stats().refused.layout).toBe(1);
  });

  it('is learned once, though several messages of the old one are refused', async () => {
    const scorer = new StandIn();
    const service = await serve(scorer, { id: 'n' });
    const remote = await connectTo(1, { maxFrameRows: 1 });
    await remote.score(request);
    scorer.deploy('b');
    await Promise.all([remote.score(request), remote.score(request), remote.score(request)]);
    expect(service.stats().refused.layout).toBe(3);
    await remote.score({ features: { b: [3, 4] } });
    expect(scorer.seen.at(-1)).toEqual({ features: { b: Float32Array.of(3, 4) } });
  });
});

describe('a message that is too large', () => {
  it('is refused, and the client sends smaller ones', async () => {
    const scorer = new StandIn();
    const service = await serve(scorer, { id: 'n', limits: { maxMessageBytes: 1_024, maxRows: 16 } });
    const remote = await connectTo(1);
    await Promise.all(Array.from({ length: 200 }, () => remote.score(request)));
    expect(scorer.seen).toHaveLength(200);
    expect(service.stats().refused.tooLarge).toBeGreaterThan(0);
    const large = await connection.request('fraud.score', `{"features": {"a": "${'x'.repeat(2_000)}"}}`);
    expect(large.headers?.get('Nats-Service-Error-Code')).toBe('ERR_INVALID_REQUEST');
    expect(scorer.seen).toHaveLength(200);
  });

  it('is an invalid request if it is one request', async () => {
    await serve(new StandIn(), { id: 'n', limits: { maxMessageBytes: 1_024 } });
    const remote = await connectTo(1);
    const long = remote.score({ features: { a: 'x'.repeat(2_000) } });
    await expect(long).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    const longer = remote.score({ features: { a: 'x'.repeat(2_000_000) } });
    await expect(longer).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST', issues: [{ path: 'features.a' }] });
  });
});

describe('a node that answers nonsense', () => {
  it('is ERR_UNAVAILABLE, or another node answers', async () => {
    const subscription = connection.subscribe('fraud.score.node.odd', {
      callback: (_, message) => {
        message.respond('nonsense');
      },
    });
    const metadata = { subject: 'fraud.score', node: 'fraud.score.node.odd', layout: '[{' };
    const info = connection.subscribe('$SRV.INFO.fraud-scorer', {
      callback: (_, message) => {
        message.respond(JSON.stringify({ id: 'odd', metadata }));
      },
    });
    const noise = connection.subscribe('$SRV.INFO.fraud-scorer', {
      callback: (_, message) => {
        message.respond('{"id": 5}');
      },
    });
    const remote = await connectTo(1);
    await expect(remote.score(request)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    const good = new StandIn();
    await serve(good, { id: 'good' });
    const both = await connectTo(2);
    await Promise.all(Array.from({ length: 10 }, () => both.score(request)));
    expect(good.seen).toHaveLength(10);
    for (const one of [subscription, info, noise]) one.unsubscribe();
  });
});

describe('options', () => {
  it('are refused by name if they are not valid', async () => {
    await expect(serveScoring({} as never, connection)).rejects.toMatchObject({ issues: [{ path: 'scorer' }] });
    const bad = { subject: 'a b', id: 'a.b', limits: { maxRows: 0, most: 1 }, colour: 1 } as ServeScoringOptions;
    await expect(serveScoring(new StandIn(), connection, bad)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: expect.arrayContaining([
        expect.objectContaining({ path: 'subject' }),
        expect.objectContaining({ path: 'id' }),
        expect.objectContaining({ path: 'limits.maxRows' }),
        expect.objectContaining({ path: 'limits.most' }),
        expect.objectContaining({ path: 'colour' }),
      ]),
    });
    const connecting = RemoteScorer.connect(connection, { retries: -1 });
    await expect(connecting).rejects.toMatchObject({ issues: [{ path: 'retries' }] });
  });
});

describe('A node of a remote scorer', () => {
  it('is told a timeout only where the host gave one', async () => {
    const scorer = new StandIn();
    await serve(scorer, { id: 'n' });
    const remote = await connectTo(1);
    await remote.score(request);
    await remote.score(request, { timeoutMs: undefined, priority: 2 });
    await remote.score(request, { timeoutMs: 5_000 });
    await remote.score(request, { timeoutMs: Number.POSITIVE_INFINITY });
    const limited = await connectTo(1, { timeoutMs: 6_000 });
    await limited.score(request);
    const [none, other, own, endless, connection] = scorer.seenOptions;
    expect(none).toBeUndefined();
    expect(other).toEqual({ priority: 2 });
    expect(own?.timeoutMs).toBeGreaterThan(1_000);
    expect(own?.timeoutMs).toBeLessThanOrEqual(5_000);
    expect(endless?.timeoutMs).toBe(Number.POSITIVE_INFINITY);
    expect(connection?.timeoutMs).toBeGreaterThan(5_000);
    expect(connection?.timeoutMs).toBeLessThanOrEqual(6_000);
  });
});
