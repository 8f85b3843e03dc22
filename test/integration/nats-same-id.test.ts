import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreResult } from '../../src/api/result.js';
import { RemoteScorer, type ServedScorer, serveScoring } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';

let server: NatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

const result: ScoreResult = {
  ...{ source: 'model', decision: 'APPROVE', decidedBy: 'policy', fraudProbability: 0.25, riskScore: 0.5 },
  ...{ riskLevel: 'LOW', model: { name: 'stand-in', version: '1' }, provider: 'cpu' },
  timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
};

describe('two nodes that were given the same id', () => {
  it('both get each message, and no request loses its answer', async () => {
    let letGo: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    /** Answers `slow` later than all others, so that a message is answered in two parts. */
    const scorer: ServedScorer = {
      score: async ({ id }) => {
        if (id === 'slow') await gate;
        return result;
      },
      health: () => ({
        status: 'ok',
        ready: true,
        provider: 'cpu',
        providers: [],
        workers: 1,
        queueDepth: 0,
        reasons: [],
      }),
    };
    const services = [await serveScoring(scorer, connection, { id: 'same' })];
    services.push(await serveScoring(scorer, connection, { id: 'same' }));
    await using remote = await RemoteScorer.connect(connection, { retries: 0, discoverEveryMs: 60_000 });
    await expect.poll(() => remote.health().workers).toBe(1);
    let answers = 0;
    const watch = connection.subscribe('_INBOX.>', {
      callback: (_, { data }) => {
        if (data[0] === 0xf5) answers += 1;
      },
    });
    await connection.flush();
    const calls = ['fast', 'slow'].map((id) => remote.score({ id, features: { a: [1] } }));
    await calls[0];
    await expect.poll(() => answers).toBe(2);
    letGo();
    expect(await Promise.all(calls)).toMatchObject([{ id: 'fast' }, { id: 'slow' }]);
    watch.unsubscribe();
    for (const service of services) await service.stop();
  });
});
