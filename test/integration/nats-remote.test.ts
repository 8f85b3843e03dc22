import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import {
  FleetDeployments,
  fleetSummary,
  RemoteScorer,
  type ScoringService,
  serveScoring,
} from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { fixtureModel } from '../support/paths.js';

let server: NatsServer;
let connection: NatsConnection;
let scorer: FraudScorer;
let service: ScoringService;
let remote: RemoteScorer;

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
  service = await serveScoring(scorer, await server.connect(), { id: 'node-1' });
  remote = await RemoteScorer.connect(connection);
});

afterAll(async () => {
  await remote?.close();
  await service?.drain();
  await scorer?.close();
  await connection?.close();
  await server?.stop();
});

function features(value = 0.5): Record<string, number[]> {
  const { inputs } = scorer.describeModel();
  return Object.fromEntries(inputs.map(({ name, size }) => [name, Array<number>(size).fill(value)]));
}

/** The error of a call that must reject. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

describe('a remote scorer', () => {
  it('gives the result that the node gives', async () => {
    const { timing, ...own } = await scorer.score({ id: 'tx-1', amount: 12, features: features(0.25) });
    const { timing: remoteTiming, ...result } = await remote.score({
      id: 'tx-1',
      amount: 12,
      features: features(0.25),
    });
    expect(result).toEqual(own);
    expect(Object.keys(result)).toEqual(Object.keys(own));
    expect(remoteTiming.totalMs).toBeGreaterThan(0);
    expect(Object.keys(remoteTiming)).toEqual(Object.keys(timing));
  });

  it.each([
    ['an id that is no text', { id: 5, features: {} }],
    ['features of the wrong size', { features: { linear: [1, 2] } }],
    ['no object', null],
    ['no features', { id: 'tx-1' }],
    ['a value that is not finite', { features: { transaction_features: [Number.NaN, 'x', 5n, null, true] } }],
  ])('rejects %s with the issues that the node finds', async (_, request) => {
    const own = await errorOf(scorer.score(request as never));
    const error = await errorOf(remote.score(request as never));
    expect(error).toMatchObject({ name: 'InvalidRequestError', code: 'ERR_INVALID_REQUEST' });
    expect(JSON.stringify(error)).toBe(JSON.stringify(own));
  });

  it('scores a list in order, more than may be outstanding', async () => {
    const small = await RemoteScorer.connect(connection, { maxOutstanding: 16, maxFrameRows: 4 });
    const requests = Array.from({ length: 300 }, (_, index) => ({
      id: `tx-${index}`,
      features: features(index / 300),
    }));
    const outcomes = await small.scoreMany(requests);
    const own = await scorer.scoreMany(requests);
    const scores = (list: typeof own) =>
      list.map((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.id, outcome.value.riskScore] : null));
    expect(scores(outcomes)).toEqual(scores(own));
    await small.close();
  });

  it('sends the requests of one turn in one message', async () => {
    const before = service.stats();
    await Promise.all(Array.from({ length: 50 }, () => remote.score({ features: features() })));
    const after = service.stats();
    expect(after.requests - before.requests).toBe(50);
    expect(after.messages - before.messages).toBe(1);
  });

  it('ends a request at its deadline and at its signal', async () => {
    // A real node may answer before the shortest deadline, so here nobody answers.
    const silence = connection.subscribe('silent.>', { callback: () => {} });
    const unheard = await RemoteScorer.connect(connection, { subject: 'silent.score', name: 'silent' });
    const late = await errorOf(unheard.score({ features: features() }, { timeoutMs: 0.001 }));
    expect(late).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    await unheard.close();
    silence.unsubscribe();
    const controller = new AbortController();
    const call = errorOf(remote.score({ features: features() }, { signal: controller.signal }));
    controller.abort('over');
    expect(await call).toMatchObject({ code: 'ERR_ABORTED', cause: 'over' });
  });

  it('says that no node is there at once, or answers with the fallback', async () => {
    const lonely = await RemoteScorer.connect(connection, { subject: 'nobody.there', timeoutMs: 60_000 });
    expect(await errorOf(lonely.score({ features: features() }))).toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(lonely.health()).toMatchObject({ status: 'unavailable', ready: false });
    await lonely.close();
    const careful = await RemoteScorer.connect(connection, { subject: 'nobody.there', fallback: 'REVIEW' });
    const result = await careful.score({ id: 'tx-1', features: features() });
    expect(result).toMatchObject({ source: 'fallback', id: 'tx-1', decision: 'REVIEW', error: 'ERR_UNAVAILABLE' });
    await careful.close();
  });

  it('lets the fallback of one request abort the others, and goes on', async () => {
    const controller = new AbortController();
    const fallback = () => {
      controller.abort('enough');
      return 'REVIEW' as const;
    };
    const lonely = await RemoteScorer.connect(connection, { subject: 'nobody.there', fallback });
    const requests = Array.from({ length: 5 }, (_, index) => ({ id: `tx-${index}`, features: features() }));
    const outcomes = await lonely.scoreMany(requests, { signal: controller.signal });
    const answered = outcomes.filter(({ status }) => status === 'fulfilled');
    const rejected = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(answered).toHaveLength(1);
    expect(rejected).toEqual(Array(4).fill('ERR_ABORTED'));
    await lonely.close();
    // The connection reads on.
    expect(await remote.score({ features: features() })).toMatchObject({ source: 'model' });
  });

  it('needs a connection to NATS, as the node does', async () => {
    // @ts-expect-error no connection
    expect(await errorOf(RemoteScorer.connect(undefined))).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    // @ts-expect-error no connection
    const error = await errorOf(serveScoring(scorer, {}));
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'connection' }] });
  });

  it('cannot begin on a connection that has ended, as all that needs one cannot', async () => {
    const closed = await server.connect();
    await closed.close();
    const draining = await server.connect();
    const drained = draining.drain();
    for (const ended of [closed, draining]) {
      const beginnings = [
        RemoteScorer.connect(ended),
        serveScoring(scorer, ended),
        FleetDeployments.connect(ended),
        fleetSummary(ended),
      ];
      const errors = await Promise.all(beginnings.map(errorOf));
      expect(errors).toMatchObject(Array(4).fill({ code: 'ERR_UNAVAILABLE', message: /is closed/ }));
    }
    await drained;
  });

  it('refuses more than may be outstanding', async () => {
    const small = await RemoteScorer.connect(connection, { maxOutstanding: 1 });
    const [first, second] = await Promise.allSettled([
      small.score({ features: features() }),
      small.score({ features: features() }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { code: 'ERR_QUEUE_FULL' } });
    const report = await small.close();
    expect(report.summary.requests).toMatchObject({ total: 2, succeeded: 1, rejected: 1 });
    expect(await errorOf(small.score({ features: features() }))).toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('goes to another node while one is drained, without an error', async () => {
    const own = await server.connect();
    const second = await serveScoring(scorer, own, { id: 'node-2' });
    const both = await RemoteScorer.connect(connection, { discoverEveryMs: 100 });
    await expect.poll(() => both.health().workers).toBe(2);
    await expect
      .poll(() => both.score({ features: features() }).then(() => second.stats().requests))
      .toBeGreaterThan(0);
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (let call = 0; call < 20; call += 1) calls.push(both.score({ features: features() }));
      if (round === 10) calls.push(second.drain());
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    await second.done;
    await both.close();
    await own.close();
  });

  it('goes on after the server was restarted', async () => {
    const long = await RemoteScorer.connect(connection, { timeoutMs: 20_000 });
    await server.halt('SIGKILL');
    await expect.poll(() => long.health().status).toBe('unavailable');
    const call = long.score({ id: 'tx-9', features: features() });
    await server.restart();
    expect(await call).toMatchObject({ source: 'model', id: 'tx-9' });
    await long.close();
  });
});
