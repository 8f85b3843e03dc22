import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import {
  fleetSummary,
  joinFleet,
  RemoteScorer,
  sendOutcome,
  serveScoring,
  watchFleet,
} from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { projectPath } from '../support/paths.js';

// As in docs/fleet.md.
const config = `
authorization {
  users = [
    { user: node, password: x, permissions: {
      subscribe: ["fraud.score.>", "_INBOX.>"]
      publish: ["fraud.score.labels.>", "fraud.score.fleet.events"]
      allow_responses: true } }
    { user: page, password: x, permissions: {
      subscribe: ["_INBOX.>", "fraud.score.fleet.events"]
      publish: ["fraud.score.fleet", "$SRV.PING"] } }
    { user: narrow, password: x, permissions: { subscribe: ["_INBOX.>"], publish: ["fraud.score.fleet"] } }
    { user: silent, password: x, permissions: { subscribe: ["_INBOX.>", "$SRV.>"], publish: ["fraud.score.fleet"] } }
    { user: full, password: x }
    { user: labels, password: x, permissions: { subscribe: ["mine.>"], publish: ["fraud.score.labels"] } }
  ]
}`;

let server: NatsServer;
const connections: NatsConnection[] = [];

async function connect(user: string, options: NodeConnectionOptions = {}): Promise<NatsConnection> {
  const connection = await server.connect({ user, pass: 'x', ...options });
  connections.push(connection);
  return connection;
}

beforeAll(async () => {
  server = await NatsServer.start({ config });
});

afterAll(async () => {
  for (const connection of connections) await connection.close();
  await server?.stop();
});

describe('a fleet with the permissions that the documentation names', () => {
  it('answers for its summary, takes labels, and tells of changes', async () => {
    await using scorer = await FraudScorer.create({
      model: projectPath('models/visa-fraud/1'),
      workers: 1,
      providers: ['cpu'],
    });
    const members = [
      joinFleet(scorer, await connect('node'), { id: 'a' }),
      joinFleet(scorer, await connect('node'), { id: 'b' }),
    ];
    for (const connection of connections) await connection.flush();
    const page = await connect('page');
    expect((await fleetSummary(page, { expectedNodes: 2 })).nodes.length).toBe(2);
    const watch = await watchFleet(page);
    const events: unknown[] = [];
    watch.on('deployment', (event) => events.push(event));
    await page.flush();
    scorer.setPolicy({ blockProbability: 0.99 });
    await expect.poll(() => events.length, { timeout: 5_000 }).toBe(2);
    watch.close();
    const outcome = { id: 'tx', isFraud: true, decision: 'BLOCK', version: '1' } as const;
    expect((await sendOutcome(await connect('labels', { inboxPrefix: 'mine' }), outcome)).matched).toBe(true);
    // Without the right to ask for services, the answers alone tell who is there.
    expect((await fleetSummary(await connect('narrow'), { waitMs: 1_000 })).nodes.length).toBe(2);
    for (const member of members) await member.leave();
  });
});

describe('what is not permitted', () => {
  const model = projectPath('models/visa-fraud/1');

  it('ends serveScoring with the subject, and leaves nothing behind', async () => {
    await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
    const serving = serveScoring(scorer, await connect('silent'), { id: 'silent' });
    await expect(serving).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/does not permit this user to subscribe to fraud\.score/),
    });
    const { nodes } = await fleetSummary(await connect('full'), { waitMs: 500 });
    expect(nodes).toEqual([]);
  });

  it('ends requests of a client and labels at once with the subject, and is logged', async () => {
    await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
    const service = await serveScoring(scorer, await connect('full'), { id: 'there' });
    const logged: string[] = [];
    const logger = { info() {}, warn() {}, error: (message: string) => logged.push(message) };
    const silent = await connect('silent');
    await using remote = await RemoteScorer.connect(silent, { logger, timeoutMs: 30_000 });
    const features = {
      transaction_features: new Float32Array(50),
      user_features: new Float32Array(30),
      merchant_features: new Float32Array(20),
    };
    await expect(remote.score({ features })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/does not permit this user to publish to fraud\.score/),
    });
    expect(logged.join()).toMatch(/does not permit this user to publish to/);
    await expect(sendOutcome(silent, { id: 'tx', isFraud: true })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/publish to fraud\.score\.labels/),
    });
    await service.drain();
  });
});
