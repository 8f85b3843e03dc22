import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KV, Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { openBuckets } from '../../src/integrations/nats/control/buckets.js';
import { writeDesired } from '../../src/integrations/nats/control/desired-entry.js';
import {
  type DeploymentFollower,
  FleetDeployments,
  followDeployments,
  publishModel,
} from '../../src/integrations/nats/control/index.js';
import { Lease } from '../../src/integrations/nats/control/lead/lease.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

const patient = { timeout: 15_000, interval: 20 };

describe('a node that follows the deployments of its fleet', () => {
  let server: NatsServer;
  let versions: Versions;
  let connection: NatsConnection;
  let models: string;
  let name = 0;
  let fleet: FleetDeployments;
  let scorer: FraudScorer;
  let follower: DeploymentFollower;
  const logged: string[] = [];
  const told: string[] = [];
  const logger = {
    info: (message: string) => told.push(message),
    warn: (message: string) => logged.push(message),
    error: (message: string) => logged.push(message),
  };

  beforeAll(async () => {
    server = await NatsServer.start();
    versions = await Versions.make();
    models = join(versions.folder, 'models');
    await mkdir(join(models, 'sqrt'), { recursive: true });
    for (const version of ['1', '2', '3', 'damaged', 'other']) {
      await cp(await versions.sqrt(version, 1), join(models, 'sqrt', version), { recursive: true });
    }
    const graph = join(models, 'sqrt/damaged/model.onnx');
    await writeFile(graph, (await readFile(graph)).subarray(0, -5));
    connection = await server.connect();
  });
  afterAll(async () => {
    await connection.close();
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  const place = () => ({ name: `fleet-${name}` });
  const roles = () =>
    Object.fromEntries(
      scorer
        .deployments()
        .filter(({ role }) => role !== 'retired')
        .map(({ version, role, traffic }) => [version, role === 'challenger' ? traffic : role]),
    );

  beforeEach(async () => {
    name += 1;
    logged.length = 0;
    scorer = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    fleet = await FleetDeployments.connect(connection, place());
    follower = await followDeployments(scorer, connection, {
      ...place(),
      id: 'a',
      models: { directory: models },
      everyMs: 200,
      logger,
    });
  });
  afterEach(async () => {
    await follower.stop();
    await scorer.close();
  });

  it('keeps what it has while nothing is wanted, and has nothing to do where it serves what is wanted', async () => {
    await follower.caughtUp();
    expect(roles()).toEqual({ 1: 'primary' });
    await fleet.deploy({ model: 'sqrt', version: '1' });
    expect(await fleet.settled()).toMatchObject({ version: '1', state: 'done' });
    expect(roles()).toEqual({ 1: 'primary' });
    expect(await fleet.nodes()).toMatchObject([
      { id: 'a', error: null, versions: [{ version: '1', role: 'primary', traffic: 1 }] },
    ]);
  });

  it('follows each command: update, challenger, shares, shadow, promotion, rollback, retirement, thresholds', async () => {
    await fleet.deploy({ model: 'sqrt', version: '2' });
    await fleet.settled();
    expect(roles()).toEqual({ 1: 'standby', 2: 'primary' });
    await fleet.deploy({ version: '3', traffic: 0.2 });
    await fleet.settled();
    expect(roles()).toEqual({ 1: 'standby', 2: 'primary', 3: 0.2 });
    await fleet.setTraffic({ 3: 0.5 });
    await fleet.deploy({ version: 'other', traffic: 'shadow', sample: 0.5 });
    await fleet.settled();
    expect(roles()).toEqual({ 1: 'standby', 2: 'primary', 3: 0.5, other: 'shadow' });
    await fleet.promote('3');
    await fleet.settled();
    expect(roles()).toEqual({ 2: 'standby', 3: 'primary', other: 'shadow' });
    await fleet.rollback();
    await fleet.retire('other');
    await fleet.settled();
    expect(roles()).toEqual({ 2: 'primary', 3: 'standby' });
    await fleet.setPolicy({ blockProbability: 0.33 });
    await fleet.settled();
    const { decision } = await scorer.score({ features: { x: 0.2 } });
    expect(decision).toBe('BLOCK');
  });

  it('takes back a version that nobody has, and one that is damaged, and says who could not load it and why', async () => {
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    for (const [version, code] of [
      ['nobody', 'ERR_MODEL_INVALID'],
      ['damaged', 'ERR_MODEL_INTEGRITY'],
    ] as const) {
      for (const how of [{}, { traffic: 0.1 }, { traffic: 'shadow' as const }, { canary: {} }]) {
        await fleet.deploy({ version, ...how });
        expect(await fleet.settled()).toMatchObject({ version, state: 'failed', node: 'a', code });
        expect(roles()).toEqual({ 1: 'primary' });
      }
    }
    expect(logged.some((line) => line.includes('sha256'))).toBe(true);
    expect(follower.state()).toMatchObject({ error: null });
    await fleet.deploy({ version: '2', sha256: '0'.repeat(64) });
    expect(await fleet.settled()).toMatchObject({ state: 'failed', code: 'ERR_MODEL_INTEGRITY' });
  });

  it('serves on where the entry is not JSON or not valid, says so once, and goes on after it was mended', async () => {
    await fleet.deploy({ model: 'sqrt', version: '2' });
    await fleet.settled();
    const kv = await new Kvm(connection).open('fraud-scorer');
    for (const text of ['{ not JSON', '{"primary":7}', '{"primary":{"model":"..","version":"1"}}']) {
      await kv.put(`desired.${place().name}`, text);
      await expect.poll(() => follower.state().error?.code, patient).toBe('ERR_INVALID_STATE');
      expect(roles()).toEqual({ 1: 'standby', 2: 'primary' });
    }
    await expect.poll(() => follower.state().refused, patient).toBe(3);
    expect(logged.filter((line) => line.includes('not valid'))).toHaveLength(1);
    await expect(fleet.deploy({ version: '3' })).rejects.toThrow(/restore\(\)/);
    await fleet.restore();
    await fleet.deploy({ version: '3' });
    expect(await fleet.settled()).toMatchObject({ state: 'done' });
    expect(follower.state()).toMatchObject({ error: null, refused: 3 });
  });

  it.each([
    ['is not valid', (kv: KV, key: string) => kv.put(key, '{ not JSON')],
    ['was deleted', (kv: KV, key: string) => kv.delete(key)],
  ])('follows the last valid state if it joins while the entry %s, as the others do', async (_, spoil) => {
    await fleet.deploy({ model: 'sqrt', version: '2' });
    await fleet.settled();
    const kv = await new Kvm(connection).open('fraud-scorer');
    await spoil(kv, `desired.${place().name}`);
    await expect.poll(() => follower.state().error?.code, patient).toBe('ERR_INVALID_STATE');
    await using joining = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    await using second = await followDeployments(joining, connection, {
      ...place(),
      id: 'b',
      models: { directory: models },
    });
    await second.caughtUp();
    expect(joining.summary().model.version).toBe('2');
    const { revision, reached, error } = follower.state();
    await expect.poll(() => second.state(), patient).toMatchObject({ revision, reached, error, refused: 1 });
    await fleet.restore();
    await expect.poll(() => second.state(), patient).toMatchObject({ reached: revision + 2, error: null });
  });

  it('says so while another node has its id, and when that one is gone', async () => {
    await using other = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    const second = await followDeployments(other, connection, { ...place(), id: 'a', models: { directory: models } });
    for (const one of [follower, second]) await expect.poll(() => one.state().error?.code, patient).toBe('ERR_SAME_ID');
    expect(logged).toEqual(['Fleet: another node reports as a too: give each its own id']);
    await expect.poll(async () => (await fleet.nodes())[0]?.error?.code, patient).toBe('ERR_SAME_ID');
    await second.stop();
    await expect.poll(() => follower.state().error, patient).toBeNull();
  });

  it('takes back what others do to its scorer', async () => {
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await scorer.deploy(join(models, 'sqrt/2'));
    await expect.poll(roles, patient).toEqual({ 1: 'primary', 2: 'standby' });
  });

  it('keeps a version that it has and that is nowhere else, though the object store is not made yet', async () => {
    await follower.stop();
    const directory = join(versions.folder, `empty-${name}`);
    const options = { ...place(), id: 'b', everyMs: 200, models: { directory, objectStore: 'not-made-yet' } };
    follower = await followDeployments(scorer, connection, options);
    await fleet.deploy({ model: 'sqrt', version: '1' });
    expect(await fleet.settled()).toMatchObject({ state: 'done' });
    expect(roles()).toEqual({ 1: 'primary' });
    await fleet.deploy({ version: '2' });
    expect(await fleet.settled()).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/"not-made-yet" does not exist/),
    });
  });

  it('fetches versions from an object store, once, and mends a copy that was damaged', async () => {
    await follower.stop();
    const directory = join(versions.folder, `fetched-${name}`);
    const options = { ...place(), id: 'b', everyMs: 200, models: { directory, objectStore: 'models' } };
    follower = await followDeployments(scorer, connection, options);
    const published = await publishModel(connection, 'models', join(models, 'sqrt/2'));
    expect(published).toMatchObject({ model: 'sqrt', version: '2', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await publishModel(connection, 'models', join(models, 'sqrt/2'))).toEqual(published);
    await fleet.deploy(published);
    expect(await fleet.settled()).toMatchObject({ state: 'done' });
    expect(roles()).toEqual({ 1: 'standby', 2: 'primary' });
    expect((await readdir(join(directory, 'sqrt'))).sort()).toEqual(['2']);
    await fleet.deploy({ version: '3' });
    expect(await fleet.settled()).toMatchObject({
      state: 'failed',
      code: 'ERR_MODEL_INVALID',
      reason: expect.stringMatching(/no such version/),
    });
    const graph = join(directory, 'sqrt/2/model.onnx');
    await writeFile(graph, 'damaged');
    await fleet.promote('1').catch(() => {});
    await scorer.retire('1');
    await fleet.deploy(await publishModel(connection, 'models', join(models, 'sqrt/3')));
    await fleet.settled();
    await scorer.retire('2');
    await fleet.rollback();
    expect(await fleet.settled()).toMatchObject({ version: '3' });
    expect(roles()).toEqual({ 2: 'primary', 3: 'standby' });
    expect(await readFile(graph)).toEqual(await readFile(join(models, 'sqrt/2/model.onnx')));
  });

  it('refuses other contents under a published version, and a store that was tampered with', async () => {
    await publishModel(connection, 'models', join(models, 'sqrt/2'));
    const changed = await versions.sqrt('2', 7);
    await expect(publishModel(connection, 'models', changed)).rejects.toThrow(/with other contents/);
    await expect(publishModel(connection, 'models', join(models, 'sqrt/damaged'))).rejects.toMatchObject({
      code: 'ERR_MODEL_INTEGRITY',
    });
    await follower.stop();
    const directory = join(versions.folder, `tampered-${name}`);
    follower = await followDeployments(scorer, connection, {
      ...place(),
      id: 'c',
      everyMs: 200,
      models: { directory, objectStore: 'models' },
    });
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await publishModel(connection, 'models', await versions.sqrt('tampered', 1));
    const store = await new Objm(connection).open('models');
    const graph = (await store.list()).find(({ name: object }) => /^sqrt\/tampered\/.*model\.onnx$/.test(object));
    await store.putBlob({ name: graph?.name ?? '' }, new TextEncoder().encode('other'));
    await fleet.deploy({ version: 'tampered' });
    expect(await fleet.settled()).toMatchObject({ state: 'failed', code: 'ERR_MODEL_INTEGRITY' });
    await store.putBlob(
      { name: 'sqrt/listless' },
      new TextEncoder().encode('{"files":[{"file":"../x","size":1,"sha256":"z"}]}'),
    );
    await fleet.deploy({ version: 'listless' });
    expect(await fleet.settled()).toMatchObject({ state: 'failed', code: 'ERR_MODEL_INVALID' });
    expect(await readdir(join(directory, 'sqrt'))).toEqual([]);
    expect(roles()).toEqual({ 1: 'primary' });
  });

  it('ends when its scorer or its connection is closed, and its report goes with it', async () => {
    await expect.poll(() => fleet.nodes(), patient).toHaveLength(1);
    await scorer.close();
    await fleet.deploy({ model: 'sqrt', version: '2' });
    await follower.done;
    expect(await fleet.nodes()).toEqual([]);
  });

  it('goes on after the server was restarted', async () => {
    await fleet.deploy({ model: 'sqrt', version: '2' });
    await fleet.settled();
    await server.halt('SIGKILL');
    await server.restart();
    await expect
      .poll(
        () =>
          fleet.deploy({ version: '3' }).then(
            () => true,
            () => false,
          ),
        patient,
      )
      .toBe(true);
    await expect.poll(roles, patient).toEqual({ 2: 'standby', 3: 'primary' });
    expect(await fleet.settled()).toMatchObject({ state: 'done' });
  });

  it('gives the lead to one, and to another after the first has been silent, whose late writes are refused', async () => {
    const buckets = await openBuckets(connection, { bucket: 'fraud-scorer', replicas: 1 });
    const [one, other] = ['one', 'other'].map((holder) => new Lease(buckets.nodes, 'lead.test', holder));
    expect([await one?.hold(), await other?.hold(), await one?.hold()]).toEqual([true, false, true]);
    const { state, revision } = await fleet.deploy({ model: 'sqrt', version: '1' });
    await expect.poll(() => other?.hold(), patient).toBe(true);
    expect(await one?.hold()).toBe(false);
    const key = 'desired.cas';
    const first = await writeDesired(buckets.desired, key, state, 0);
    expect(first).toBeGreaterThan(revision);
    expect(await writeDesired(buckets.desired, key, state, 0)).toBeNull();
    expect(await writeDesired(buckets.desired, key, state, first ?? 0)).not.toBeNull();
    expect(await writeDesired(buckets.desired, key, state, first ?? 0)).toBeNull();
    await other?.leave();
    expect(await one?.hold()).toBe(true);
  });

  it('takes commands of several processes at the same time, each once', async () => {
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    const others = await Promise.all([1, 2, 3, 4].map(() => FleetDeployments.connect(connection, place())));
    await Promise.all(
      others.map((one, index) =>
        one.setPolicy({ [['reviewRisk', 'blockRisk', 'mediumRisk', 'highRisk'][index] ?? '']: 0.5 }),
      ),
    );
    expect((await fleet.state()).state.policy).toEqual({
      reviewRisk: 0.5,
      blockRisk: 0.5,
      mediumRisk: 0.5,
      highRisk: 0.5,
    });
  });

  it('stops in a moment where the server is gone', async () => {
    const back = reconnected(connection);
    await server.halt('SIGKILL');
    const before = performance.now();
    await follower.stop();
    expect(performance.now() - before).toBeLessThan(3_000);
    await server.restart();
    // The next test asks the server at once.
    await back;
  });

  it('waits for the end of a canary, and says how it ended', async () => {
    expect(await fleet.canaryEnded()).toBeNull();
    await fleet.deploy({ model: 'sqrt', version: '1' });
    await fleet.settled();
    await fleet.deploy({ version: '2', canary: { steps: [0.5, 1] } });
    expect(await fleet.settled()).toMatchObject({ version: '2', role: 'canary', state: 'done' });
    await expect(fleet.canaryEnded({ timeoutMs: 1 })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/^The canary has not ended within 1 ms: "2" is (running|waiting), step 1 of 2/),
    });
    const ended = fleet.canaryEnded();
    await fleet.rollback();
    expect(await ended).toMatchObject({ version: '2', state: 'aborted', reason: 'it was rolled back by hand' });
    await fleet.deploy({ version: '3', canary: { steps: [0.5, 1] } });
    await fleet.settled();
    await fleet.promote('3');
    expect(await fleet.canaryEnded()).toMatchObject({ version: '3', state: 'promoted' });
    await expect(fleet.canaryEnded({ timeoutMs: Number.NaN })).rejects.toThrow(/timeoutMs: expected/);
    await expect(fleet.settled({ timeoutMs: -1 })).rejects.toThrow(/timeoutMs: expected/);
    expect(told).toContain('Fleet: the roll-out is done');
    expect(told).toContain('Fleet: the node follows another deployment');
  });

  it('refuses wrong options by name', async () => {
    const wrong = { name: 'a b', models: {}, everyMs: 5, idd: 'x' };
    // @ts-expect-error wrong options
    await expect(followDeployments(scorer, connection, wrong)).rejects.toThrow(
      /name: .*models.directory: .*everyMs: .*idd/,
    );
    // @ts-expect-error no scorer
    await expect(followDeployments({}, connection, { models: { directory: models } })).rejects.toThrow(
      /scorer: expected a FraudScorer/,
    );
    // @ts-expect-error no connection
    await expect(FleetDeployments.connect({})).rejects.toThrow(/connection: expected a connection/);
  });
});

/** Resolves when a connection that is going to be lost is back. */
async function reconnected(lost: NatsConnection): Promise<void> {
  for await (const { type } of lost.status()) if (type === 'reconnect') return;
}
