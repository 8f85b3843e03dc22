import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fleetHookOf } from '../../src/fleet/fleet-hook.js';
import { FraudScorer } from '../../src/index.js';
import {
  type DeploymentFollower,
  FleetDeployments,
  followDeployments,
  publishModel,
} from '../../src/integrations/nats/control/index.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

/** Only the fraud probability decides, and only BLOCK or APPROVE. */
const policy = { reviewProbability: 1, reviewRisk: 1, blockRisk: 1 };

describe('nodes of a fleet that have done different things', () => {
  let server: NatsServer;
  let versions: Versions;
  let connection: NatsConnection;
  let models: string;
  let name = 0;
  let fleet: FleetDeployments;
  const nodes = new Map<string, { scorer: FraudScorer; follower: DeploymentFollower }>();

  beforeAll(async () => {
    server = await NatsServer.start();
    versions = await Versions.make();
    connection = await server.connect();
  });
  afterAll(async () => {
    await connection.close();
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  beforeEach(async () => {
    name += 1;
    models = join(versions.folder, `models-${name}`);
    for (const version of ['1', '2', '3']) await put(version, 1);
    fleet = await FleetDeployments.connect(connection, { name: `fleet-${name}` });
  });
  afterEach(async () => {
    for (const id of nodes.keys()) await leave(id);
  });

  /** Puts a version in the nodes' directory. Its scores are √(x / scale). */
  async function put(version: string, scale: number): Promise<string> {
    const to = join(models, 'sqrt', version);
    await mkdir(join(models, 'sqrt'), { recursive: true });
    await rm(to, { recursive: true, force: true });
    await cp(await versions.sqrt(version, scale, { policy }), to, { recursive: true });
    return to;
  }

  async function enter(id: string): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    const options = { name: `fleet-${name}`, id, models: { directory: models }, everyMs: 200 };
    const follower = await followDeployments(scorer, connection, options);
    nodes.set(id, { scorer, follower });
    await follower.caughtUp();
    return scorer;
  }

  async function leave(id: string): Promise<void> {
    const node = nodes.get(id);
    nodes.delete(id);
    await node?.follower.stop();
    await node?.scorer.close();
  }

  /** The answers of all nodes to one request. */
  async function answers(x: number): Promise<[score: number | null, decision: string][]> {
    const all = [...nodes.values()].map(({ scorer }) => scorer.score({ features: { x } }));
    return (await Promise.all(all)).map(({ fraudProbability, decision }) => [
      fraudProbability === null ? null : Math.round(fraudProbability * 100) / 100,
      decision,
    ]);
  }

  it('decide by the same thresholds: a later setPolicy overrides those of a version, and a later version overrides it', async () => {
    await enter('a');
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy({ version: '2', policy: { blockProbability: 0.9 } });
    await fleet.settled();
    expect(await answers(0.64)).toEqual([[0.8, 'APPROVE']]);
    await fleet.setPolicy({ blockProbability: 0.7 });
    await fleet.settled();
    await enter('b');
    await fleet.settled();
    expect(await answers(0.64)).toEqual([
      [0.8, 'BLOCK'],
      [0.8, 'BLOCK'],
    ]);
    expect(await answers(0.36)).toEqual([
      [0.6, 'APPROVE'],
      [0.6, 'APPROVE'],
    ]);
    await fleet.deploy({ version: '3', policy: { blockProbability: 0.5 } });
    await fleet.settled();
    await enter('c');
    await fleet.settled();
    expect(await answers(0.36)).toEqual([
      [0.6, 'BLOCK'],
      [0.6, 'BLOCK'],
      [0.6, 'BLOCK'],
    ]);
    await fleet.rollback();
    await fleet.settled();
    expect(await answers(0.36)).toEqual([
      [0.6, 'APPROVE'],
      [0.6, 'APPROVE'],
      [0.6, 'APPROVE'],
    ]);
    // What one node's host sets gives way to what the fleet sets.
    nodes.get('a')?.scorer.setPolicy({ blockProbability: 1 });
    await fleet.settled();
    expect(await answers(0.64)).toEqual([
      [0.8, 'BLOCK'],
      [0.8, 'BLOCK'],
      [0.8, 'BLOCK'],
    ]);
  });

  it('take the thresholds of the first roll-out, also if they serve that version already', async () => {
    await enter('a');
    await fleet.deploy({ model: 'sqrt', version: '1', policy: { blockProbability: 0.3 } });
    await fleet.settled();
    await enter('b');
    await fleet.settled();
    expect(await answers(0.16)).toEqual([
      [0.4, 'BLOCK'],
      [0.4, 'BLOCK'],
    ]);
  });

  it('load a version of a name that they keep warm again, if its contents are others', async () => {
    await enter('a');
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy({ version: '2' });
    await fleet.settled();
    await fleet.rollback();
    await fleet.settled();
    await put('2', 4);
    await enter('b');
    await fleet.deploy({ version: '2' });
    expect(await fleet.settled()).toMatchObject({ version: '2', state: 'done' });
    expect((await answers(0.64)).map(([score]) => score)).toEqual([0.4, 0.4]);
    // The same by sha256.
    await fleet.rollback();
    const { sha256 } = await publishModel(connection, `models-${name}`, await put('2', 16));
    await fleet.deploy({ version: '2', sha256 });
    expect(await fleet.settled()).toMatchObject({ version: '2', state: 'done' });
    expect((await answers(0.64)).map(([score]) => score)).toEqual([0.2, 0.2]);
  });

  it('refuse a roll-out of other contents under the name of their primary', async () => {
    await enter('a');
    await put('1', 4);
    await fleet.deploy({ model: 'sqrt', version: '1' });
    expect(await fleet.settled()).toMatchObject({
      state: 'failed',
      code: 'ERR_MODEL_INVALID',
      reason: expect.stringMatching(/name of its own/),
    });
  });

  it('load a shadow again for another sample', async () => {
    const scorer = await enter('a');
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy({ version: '2', traffic: 'shadow' });
    await fleet.settled();
    await nodes.get('a')?.follower.stop();
    await fleet.retire('2');
    await fleet.deploy({ version: '2', traffic: 'shadow', sample: 0.5 });
    const options = { name: `fleet-${name}`, id: 'a', models: { directory: models }, everyMs: 200 };
    nodes.set('a', { scorer, follower: await followDeployments(scorer, connection, options) });
    await fleet.settled();
    expect(fleetHookOf(scorer)?.models()).toMatchObject([{ version: '1' }, { version: '2', sample: 0.5 }]);
  });

  it('are named, with their errors, by what waits for them', async () => {
    await enter('a');
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy({ version: '2' });
    await fleet.settled();
    const scorer = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    const elsewhere = { directory: join(models, 'nothing') };
    const options = { name: `fleet-${name}`, id: 'b', models: elsewhere, everyMs: 200 };
    const follower = await followDeployments(scorer, connection, options);
    nodes.set('b', { scorer, follower });
    await expect.poll(() => follower.state().error?.code).toBe('ERR_MODEL_INVALID');
    await expect.poll(async () => (await fleet.nodes()).length).toBe(2);
    await expect(fleet.settled({ timeoutMs: 500 })).rejects.toThrow(/it waits for b \(ERR_MODEL_INVALID\)$/);
  });
});
