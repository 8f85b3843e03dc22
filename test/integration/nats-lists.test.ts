import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreResult } from '../../src/api/result.js';
import { QueueFullError } from '../../src/errors.js';
import {
  RemoteScorer,
  type RemoteScorerOptions,
  type ScoringService,
  type ServedScorer,
  type ServeScoringOptions,
  serveScoring,
} from '../../src/integrations/nats/index.js';
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

/** A scorer with room for a few requests, which answers each a little later. */
class SmallScorer implements ServedScorer {
  readonly #room: number;
  #open = 0;
  mostOpen = 0;

  constructor(room: number) {
    this.#room = room;
  }

  async score(): Promise<ScoreResult> {
    if (this.#open >= this.#room) throw new QueueFullError(this.#room);
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    await new Promise((resolve) => setImmediate(resolve));
    this.#open -= 1;
    return {
      ...{ source: 'model', decision: 'APPROVE', decidedBy: 'policy', fraudProbability: 0.25, riskScore: 0.5 },
      ...{ riskLevel: 'LOW', model: { name: 'small', version: '1' }, provider: 'cpu' },
      timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
    };
  }

  health(): ReturnType<ServedScorer['health']> {
    return { status: 'ok', ready: true, provider: 'cpu', providers: [], workers: 1, queueDepth: 0, reasons: [] };
  }
}

async function serve(scorer: ServedScorer, options: ServeScoringOptions): Promise<ScoringService> {
  const service = await serveScoring(scorer, connection, options);
  services.push(service);
  return service;
}

async function connectTo(nodes: number, options: RemoteScorerOptions): Promise<RemoteScorer> {
  const remote = await RemoteScorer.connect(connection, { discoverEveryMs: 60_000, timeoutMs: 20_000, ...options });
  remotes.push(remote);
  await expect.poll(() => remote.health().workers).toBe(nodes);
  return remote;
}

const list = (length: number) => Array.from({ length }, (_, index) => ({ id: `tx-${index}`, features: { a: [1] } }));

const codesOf = (outcomes: Awaited<ReturnType<RemoteScorer['scoreMany']>>) =>
  new Set(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.id : outcome.reason.code)));

describe('a list that is longer than the nodes have room for', () => {
  it('waits for a node that refuses as busy', async () => {
    const scorer = new SmallScorer(8);
    const service = await serve(scorer, { id: 'small', limits: { maxInFlight: 8 } });
    const remote = await connectTo(1, { maxFrameRows: 4, retries: 0 });
    expect(codesOf(await remote.scoreMany(list(500)))).toEqual(new Set(list(500).map(({ id }) => id)));
    expect(scorer.mostOpen).toBeLessThanOrEqual(8);
    // 125 messages carry the list. Few are sent in vain.
    expect(service.stats().refused.busy).toBeGreaterThan(0);
    expect(service.stats().messages).toBeLessThan(500);
  });

  it('waits where one of two nodes is left', async () => {
    const [one, two] = [new SmallScorer(8), new SmallScorer(8)];
    await serve(one, { id: 'one', limits: { maxInFlight: 8 } });
    const leaving = await serve(two, { id: 'two', limits: { maxInFlight: 8 } });
    const remote = await connectTo(2, { maxFrameRows: 4 });
    const outcomes = remote.scoreMany(list(500));
    await expect.poll(() => leaving.stats().requests).toBeGreaterThan(50);
    await leaving.drain();
    expect(codesOf(await outcomes)).toEqual(new Set(list(500).map(({ id }) => id)));
  });

  it('waits for a scorer whose queue is full', async () => {
    await serve(new SmallScorer(8), { id: 'small' });
    const remote = await connectTo(1, { maxFrameRows: 4, retries: 0 });
    expect(codesOf(await remote.scoreMany(list(500)))).toEqual(new Set(list(500).map(({ id }) => id)));
  });

  it('waits no longer than its deadline', async () => {
    await serve(new SmallScorer(0), { id: 'none' });
    const remote = await connectTo(1, { maxFrameRows: 4, retries: 0, timeoutMs: 100 });
    expect(codesOf(await remote.scoreMany(list(20)))).toEqual(new Set(['ERR_DEADLINE_EXCEEDED']));
  });
});
