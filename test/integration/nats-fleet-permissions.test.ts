import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { fleetSummary, joinFleet, sendOutcome, watchFleet } from '../../src/integrations/nats/index.js';
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
