import { Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { type ScoringService, serveScoring } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { fixtureModel } from '../support/paths.js';

let server: NatsServer;
let connection: NatsConnection;
let scorer: FraudScorer;
let service: ScoringService;

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
  service = await serveScoring(scorer, connection, { id: 'node-1', version: '1.2.3' });
});

afterAll(async () => {
  await service?.drain();
  await scorer?.close();
  await connection?.close();
  await server?.stop();
});

function features(): Record<string, number[]> {
  const { inputs } = scorer.describeModel();
  return Object.fromEntries(inputs.map(({ name, size }) => [name, Array<number>(size).fill(0.5)]));
}

describe('a scoring service', () => {
  it('answers a request that is JSON', async () => {
    const reply = await connection.request('fraud.score', JSON.stringify({ id: 'tx-1', features: features() }));
    const own = await scorer.score({ id: 'tx-1', features: features() });
    expect(reply.headers).toBeUndefined();
    expect(reply.json()).toMatchObject({
      source: 'model',
      id: 'tx-1',
      decision: own.decision,
      fraudProbability: own.fraudProbability,
    });
  });

  it('takes the options of a JSON request from its field options', async () => {
    const body = JSON.stringify({ features: features(), options: { timeoutMs: -1 } });
    const reply = await connection.request('fraud.score', body);
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('ERR_INVALID_OPTIONS');
    expect(reply.json()).toMatchObject({ error: { code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'timeoutMs' }] } });
  });

  it('says what is wrong with an invalid request, in the body and in the headers', async () => {
    const reply = await connection.request('fraud.score', JSON.stringify({ id: 5, features: {} }));
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('ERR_INVALID_REQUEST');
    const issues = await scorer.score({ id: 5, features: {} } as never).catch((error) => error.issues);
    expect(reply.json()).toMatchObject({ error: { code: 'ERR_INVALID_REQUEST', issues } });
  });

  it('refuses and counts what is neither JSON nor a frame, and serves on', async () => {
    const before = service.stats().refused.malformed;
    for (const bytes of [
      '',
      'hello',
      Uint8Array.of(0xf5),
      Uint8Array.of(0xf5, 9, 1),
      Uint8Array.of(0xf5, 1, 1, 0, 1),
    ]) {
      const reply = await connection.request('fraud.score', bytes);
      expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('ERR_INVALID_REQUEST');
      // Only who sends frames can read them.
      const isFrame = typeof bytes !== 'string';
      if (!isFrame) expect(reply.json()).toMatchObject({ error: { code: 'ERR_INVALID_REQUEST' } });
    }
    expect(service.stats().refused.malformed).toBe(before + 5);
    const reply = await connection.request('fraud.score', '{ not JSON');
    expect(reply.json()).toMatchObject({
      error: { code: 'ERR_INVALID_REQUEST', issues: [{ path: 'message', received: 'a text that is not JSON' }] },
    });
    const good = await connection.request('fraud.score', JSON.stringify({ features: features() }));
    expect(good.json()).toMatchObject({ source: 'model' });
  });

  it('is found by the client of the services API', async () => {
    const client = new Svcm(connection as never).client();
    const [ping] = await all(await client.ping('fraud-scorer'));
    expect(ping).toMatchObject({ type: 'io.nats.micro.v1.ping_response', id: 'node-1', version: '1.2.3' });
    const [info] = await all(await client.info('fraud-scorer', 'node-1'));
    expect(info?.endpoints).toMatchObject([
      { name: 'score', subject: 'fraud.score', queue_group: 'fraud-scorer' },
      { name: 'node', subject: 'fraud.score.node.node-1' },
    ]);
    const [stats] = await all(await client.stats());
    const [score] = stats?.endpoints ?? [];
    expect(score?.num_requests).toBeGreaterThan(0);
    expect(score?.num_errors).toBeGreaterThan(0);
    expect(score?.average_processing_time).toBeGreaterThan(0);
    expect(JSON.stringify(stats)).not.toContain('tx-1');
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
