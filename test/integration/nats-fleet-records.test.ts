import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../dist/index.js';
import { fleetSummary, joinFleet, sendOutcome } from '../../dist/nats.js';
import { recordDecisions } from '../../dist/records.js';
import { NatsServer } from '../support/nats-server.js';
import { projectPath } from '../support/paths.js';

const directory = mkdtempSync(join(tmpdir(), 'fleet-records-'));
afterAll(() => rmSync(directory, { recursive: true }));

const create = () => FraudScorer.create({ model: projectPath('test/fixtures/golden'), providers: ['cpu'], workers: 1 });
const features = {
  transaction_features: new Float32Array(50),
  user_features: new Float32Array(30),
  merchant_features: new Float32Array(20),
};

describe('a label in a fleet after a restart', () => {
  it('reaches the node whose decision records know the decision, and counts there once', async () => {
    const recorded = { sink: { directory }, mask: { key: 'a key of sixteen bytes' } };
    const first = await create();
    recordDecisions(first, recorded);
    await first.score({ id: 'an early one', features });
    await first.close();

    const server = await NatsServer.start();
    await using other = await create();
    await using again = await create();
    recordDecisions(again, recorded);
    const connection = await server.connect();
    const members = [joinFleet(other, connection, { id: 'a' }), joinFleet(again, connection, { id: 'b' })];
    const label = { id: 'an early one', isFraud: true };
    for (let times = 0; times < 4; times += 1) {
      expect(await sendOutcome(connection, label)).toEqual({ matched: true, nodeId: 'b' });
    }
    expect((await fleetSummary(connection, { expectedNodes: 2 })).total.business.labelled).toBe(1);
    for (const member of members) await member.leave();
    await connection.close();
    await server.stop();
  });
});
