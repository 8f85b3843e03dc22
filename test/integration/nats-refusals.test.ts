import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelDescription } from '../../src/api/model-description.js';
import type { ScoreOptions } from '../../src/api/request.js';
import type { ScoreResult } from '../../src/api/result.js';
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
    await expect(longer).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST', issues: [{ path: 'request' }] });
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
