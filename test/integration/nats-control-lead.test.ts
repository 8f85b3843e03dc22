import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import {
  type DeploymentFollower,
  FleetDeployments,
  followDeployments,
} from '../../src/integrations/nats/control/index.js';
import { emptyState } from '../../src/integrations/nats/control/state/fleet-state.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

const patient = { timeout: 30_000, interval: 50 };

/** It blocks far more requests than the primary. */
const harmful = {
  version: '2',
  policy: { blockProbability: 0.2 },
  canary: { steps: [0.5, 1], stepMs: 600_000, minRequests: 50, maxBlockRateChange: 0.05, maxLatencyRatio: 1_000 },
};

describe('the leader of a fleet with a harmful canary', () => {
  let server: NatsServer;
  let versions: Versions;
  let connection: NatsConnection;
  let name = 0;
  let fleet: FleetDeployments;
  let scorer: FraudScorer;
  let follower: DeploymentFollower;
  let load: NodeJS.Timeout;
  const logged: string[] = [];

  beforeAll(async () => {
    server = await NatsServer.start();
    versions = await Versions.make();
    await mkdir(join(versions.folder, 'models/sqrt'), { recursive: true });
    for (const version of ['1', '2', '3']) {
      const to = join(versions.folder, 'models/sqrt', version);
      await cp(await versions.sqrt(version, 1, { policy: {} }), to, { recursive: true });
    }
    connection = await server.connect();
  });
  afterAll(async () => {
    await connection.close();
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  beforeEach(async () => {
    name += 1;
    logged.length = 0;
    const models = join(versions.folder, 'models');
    const place = { name: `fleet-${name}` };
    scorer = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    fleet = await FleetDeployments.connect(connection, place);
    const logger = { info: () => {}, warn: (message: string) => logged.push(message), error: () => {} };
    const options = { ...place, id: 'a', models: { directory: models }, everyMs: 200, logger };
    follower = await followDeployments(scorer, connection, options);
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy(harmful);
    await fleet.settled();
  });
  afterEach(async () => {
    clearInterval(load);
    await follower.stop();
    await scorer.close();
  });

  const canary = async () => (await fleet.state()).state.canary;
  /** Requests whose probability, the root of 0.25, only the canary blocks. */
  function send(): void {
    load = setInterval(() => {
      for (let call = 0; call < 5; call += 1) scorer.score({ features: { x: 0.25 } }).catch(() => {});
    }, 10);
  }

  it('aborts it while a node still loads another version', async () => {
    const nodes = await new Kvm(connection).open('fraud-scorer-nodes');
    // A node that is there, and has not read the new state yet.
    const report = { id: 'slow', incarnation: 'x', revision: 0, reached: null, loading: null, error: null, refused: 0 };
    const text = JSON.stringify({ ...report, versions: [], readings: [] });
    const put = () => nodes.put(`node.fleet-${name}.slow`, text);
    await put();
    const staying = setInterval(() => void put().catch(() => {}), 1_000);
    try {
      await fleet.deploy({ version: '3' });
      send();
      await expect.poll(async () => (await canary())?.state, patient).toBe('aborted');
      const { state } = await fleet.state();
      expect(state).toMatchObject({ primary: { version: '3' }, rollout: { version: '3', state: 'loading' } });
      await expect
        .poll(() => scorer.deployments().find(({ version }) => version === '2')?.role, patient)
        .toBe('retired');
    } finally {
      clearInterval(staying);
    }
  });

  it.each([
    ['is not valid', (desired: KV, key: string) => desired.put(key, '{ not JSON')],
    ['was deleted', (desired: KV, key: string) => desired.delete(key)],
    ['was purged', (desired: KV, key: string) => desired.purge(key)],
    ['is empty', (desired: KV, key: string) => desired.put(key, JSON.stringify(emptyState))],
  ])('aborts it although the entry %s, and writes the state over that entry', async (_how, spoil) => {
    const desired = await new Kvm(connection).open('fraud-scorer');
    const { state, revision } = await fleet.state();
    await spoil(desired, `desired.fleet-${name}`);
    await expect.poll(() => follower.state().error?.code, patient).toBe('ERR_INVALID_STATE');
    send();
    await expect.poll(() => canary().catch(() => null), patient).toMatchObject({ state: 'aborted' });
    expect((await fleet.state()).revision).toBeGreaterThan(revision + 1);
    const { reason } = (await canary()) ?? {};
    expect((await fleet.state()).state).toEqual({ ...state, canary: { ...state.canary, state: 'aborted', reason } });
    expect(logged.filter((line) => line.includes('the canary was aborted'))).toHaveLength(1);
    await fleet.settled();
    expect(follower.state()).toMatchObject({ error: null, refused: 1 });
  });

  it('leaves an entry that is not valid as it is while the canary does no harm', async () => {
    const desired = await new Kvm(connection).open('fraud-scorer');
    const revision = await desired.put(`desired.fleet-${name}`, '{}}');
    await expect
      .poll(() => follower.state(), patient)
      .toMatchObject({ leads: true, error: { code: 'ERR_INVALID_STATE' } });
    const looks = async () =>
      (await (await new Kvm(connection).open('fraud-scorer-nodes')).get(`lead.fleet-${name}`))?.revision ?? 0;
    const before = await looks();
    await expect.poll(looks, patient).toBeGreaterThan(before + 20);
    expect((await desired.get(`desired.fleet-${name}`))?.revision).toBe(revision);
  });

  it('aborts it although something that is not valid is written again and again', async () => {
    const desired = await new Kvm(connection).open('fraud-scorer');
    const writing = setInterval(() => void desired.put(`desired.fleet-${name}`, '{ not JSON').catch(() => {}), 10);
    try {
      await expect.poll(() => follower.state().error?.code, patient).toBe('ERR_INVALID_STATE');
      send();
      const role = () => scorer.deployments().find(({ version }) => version === '2')?.role;
      await expect.poll(role, patient).toBe('retired');
    } finally {
      clearInterval(writing);
    }
  });

  it('leaves the lead to a node that has read a later state', async () => {
    const nodes = await new Kvm(connection).open('fraud-scorer-nodes');
    const desired = await new Kvm(connection).open('fraud-scorer');
    const spoilt = await desired.put(`desired.fleet-${name}`, '{ not JSON');
    await expect.poll(() => follower.state(), patient).toMatchObject({ error: { code: 'ERR_INVALID_STATE' } });
    const report = { id: 'ahead', incarnation: 'x', revision: spoilt, reached: null, loading: null, error: null };
    await nodes.put(`node.fleet-${name}.ahead`, JSON.stringify({ ...report, refused: 0, versions: [], readings: [] }));
    send();
    await expect.poll(() => follower.state().leads, patient).toBe(false);
    await expect
      .poll(() => scorer.deployments().find(({ version }) => version === '2')?.requests.total, patient)
      .toBeGreaterThan(200);
    expect((await desired.get(`desired.fleet-${name}`))?.revision).toBe(spoilt);
  });
});
