import { cp, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/host/clock.js';
import { FleetDeployments, publishModel } from '../../src/integrations/nats/control/index.js';
import { underLock } from '../../src/integrations/nats/control/models/folder-lock.js';
import { findModel } from '../../src/integrations/nats/control/models/model-source.js';
import { putFile } from '../../src/integrations/nats/control/models/put-file.js';
import { FakeClock } from '../support/fake-clock.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

let server: NatsServer;
let versions: Versions;
let connection: NatsConnection;
const version = { model: 'sqrt', version: '2' };

beforeAll(async () => {
  server = await NatsServer.start();
  versions = await Versions.make();
  connection = await server.connect();
  await publishModel(connection, 'models', await versions.sqrt('2', 1));
});

afterAll(async () => {
  await connection.close();
  await versions[Symbol.asyncDispose]();
  await server.stop();
});

/** What one of several processes does that share a folder. */
const find = async (directory: string, clock: Clock = systemClock): Promise<string> =>
  (await findModel({ directory, objectStore: 'models' }, version, connection, clock)).directory;

describe('processes that share a folder of models', () => {
  it('all find a version that each of them fetches at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const directory = join(versions.folder, `shared-${round}`);
      const found = await Promise.all(Array.from({ length: 8 }, () => find(directory)));
      expect(new Set(found)).toEqual(new Set([join(directory, 'sqrt/2')]));
      expect(await readdir(join(directory, 'sqrt'))).toEqual(['2']);
    }
  });

  it('all mend a version that is damaged there', async () => {
    for (let round = 0; round < 10; round += 1) {
      const directory = join(versions.folder, `damaged-${round}`);
      const graph = join(await find(directory), 'model.onnx');
      const whole = await readFile(graph);
      await writeFile(graph, 'damaged');
      await Promise.all(Array.from({ length: 8 }, () => find(directory)));
      expect(await readFile(graph)).toEqual(whole);
      expect(await readdir(join(directory, 'sqrt'))).toEqual(['2']);
    }
  });

  it('remove what killed ones have left there, and nothing of those at work', async () => {
    const directory = join(versions.folder, 'left');
    const [old, young] = ['.incoming-old', '.incoming-young'].map((name) => join(directory, 'sqrt', name));
    if (old === undefined || young === undefined) throw new Error('expected two names');
    await mkdir(old, { recursive: true });
    await mkdir(young, { recursive: true });
    const twoHoursAgo = systemClock.epochMs() / 1_000 - 7_200;
    await utimes(old, twoHoursAgo, twoHoursAgo);
    await find(directory);
    expect((await readdir(join(directory, 'sqrt'))).sort()).toEqual(['.incoming-young', '2']);
  });
});

describe('a process whose clock is hours away from that of the shared folder', () => {
  const ahead: Clock = { ...systemClock, epochMs: () => systemClock.epochMs() + 7_200_000 };

  it('leaves the downloads of others alone', async () => {
    const directory = join(versions.folder, 'ahead');
    await mkdir(join(directory, 'sqrt/.incoming-other'), { recursive: true });
    await find(directory, ahead);
    expect((await readdir(join(directory, 'sqrt'))).sort()).toEqual(['.incoming-other', '2']);
  });

  it('waits while another one has the lock, and takes it from one that was killed', async () => {
    const lock = join(versions.folder, '.lock-2');
    await mkdir(lock);
    const clock = new FakeClock();
    clock.jump(7_200_000_000);
    let isMine = false;
    const mine = underLock(lock, clock, async () => {
      isMine = true;
    });
    /** Lets it look at the lock so often that this time passes. */
    const pass = async (ms: number): Promise<void> => {
      for (let elapsedMs = 0; elapsedMs < ms && !isMine; elapsedMs += 20) {
        await expect.poll(() => isMine || clock.timers === 1, { interval: 1 }).toBe(true);
        clock.advance(20);
      }
    };
    await pass(9_000);
    expect(isMine).toBe(false);
    await pass(2_000);
    await mine;
    expect(isMine).toBe(true);
  });
});

describe('two who publish a version at the same time', () => {
  it('do not mix their files: the first one wins, and the other is told', async () => {
    const directories = [1, 4].map((scale) => join(versions.folder, `both-${scale}`));
    for (const [index, directory] of directories.entries())
      await cp(await versions.sqrt('both', index === 0 ? 1 : 4), directory, { recursive: true });
    for (let round = 0; round < 10; round += 1) {
      const bucket = `both-${round}`;
      await new Objm(connection).create(bucket);
      const ended = await Promise.allSettled(
        directories.map((directory) => publishModel(connection, bucket, directory)),
      );
      const won = ended.findIndex(({ status }) => status === 'fulfilled');
      expect(ended[1 - won]).toMatchObject({ status: 'rejected', reason: { code: 'ERR_MODEL_INVALID' } });
      const both = { model: 'sqrt', version: 'both' };
      const directory = join(versions.folder, `found-${round}`);
      const found = await findModel({ directory, objectStore: bucket }, both, connection, systemClock);
      const manifests = [found.directory, directories[won] ?? ''].map((one) =>
        readFile(join(one, 'model.json'), 'utf8'),
      );
      expect(new Set(await Promise.all(manifests)).size).toBe(1);
      const store = await new Objm(connection).open(bucket);
      expect((await store.list()).map(({ name }) => basename(name)).sort()).toEqual([
        'both',
        'model.json',
        'model.onnx',
      ]);
    }
  });

  it('both succeed with the same contents', async () => {
    const directory = await versions.sqrt('same', 1);
    const published = await Promise.all(
      Array.from({ length: 6 }, () => publishModel(connection, 'same-contents', directory)),
    );
    expect(new Set(published.map(({ sha256 }) => sha256)).size).toBe(1);
  });

  it('never publish a file that has changed since it was measured', async () => {
    const store = await new Objm(connection).create('changing');
    const path = join(await versions.sqrt('2', 1), 'model.json');
    const measured = { file: 'model.json', size: 5, sha256: 'a'.repeat(64) };
    await expect(putFile(store, path, 'changed', measured)).rejects.toMatchObject({
      code: 'ERR_MODEL_INTEGRITY',
      message: expect.stringMatching(/does not change while it is published/),
    });
    expect((await store.info('changed'))?.deleted ?? true).toBe(true);
  });
});

describe('an object store', () => {
  it('that has lost the contents of an object is an error in the end', async () => {
    await publishModel(connection, 'hollow', await versions.sqrt('2', 1));
    const manager = await jetstreamManager(connection);
    await manager.streams.purge('OBJ_hollow', { filter: '$O.hollow.C.>' });
    const hasty: Clock = { ...systemClock, background: (ms, callback) => systemClock.background(ms / 100, callback) };
    const directory = join(versions.folder, 'hollow');
    const finding = findModel({ directory, objectStore: 'hollow' }, version, connection, hasty);
    await expect(finding).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', message: /no bytes came/ });
  });

  it('that has a link in place of a version is refused, because links may lead in circles', async () => {
    const store = await new Objm(connection).create('linked');
    await store.putBlob({ name: 'other' }, new TextEncoder().encode('{}'));
    const info = await store.info('other');
    if (info === null) throw new Error('expected an object');
    await store.link('sqrt/2', info);
    const finding = findModel(
      { directory: join(versions.folder, 'linked'), objectStore: 'linked' },
      version,
      connection,
      systemClock,
    );
    await expect(finding).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID', message: /a link/ });
  });

  it('whose objects end is refused', async () => {
    await new Objm(connection).create('short', { ttl: 60_000_000_000 });
    const publishing = publishModel(connection, 'short', await versions.sqrt('2', 1));
    await expect(publishing).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'short' }] });
  });

  it('that is not there is an error that says so', async () => {
    const finding = findModel({ directory: versions.folder, objectStore: 'none' }, version, connection, systemClock);
    await expect(finding).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID', message: /"none" does not exist/ });
  });
});

describe('buckets that somebody has made', () => {
  it.each([
    ['reports that never end', 'made-1', { history: 5 }, { history: 1 }, 'made-1-nodes'],
    ['reports that end too soon', 'made-2', { history: 5 }, { history: 1, ttl: 1_000 }, 'made-2-nodes'],
    ['a state that ends', 'made-3', { history: 5, ttl: 60_000 }, { history: 1, ttl: 5_000 }, 'made-3'],
    ['a state without a history', 'made-4', { history: 1 }, { history: 1, ttl: 5_000 }, 'made-4'],
    ['a state in memory', 'made-5', { history: 5, storage: 'memory' as const }, { history: 1, ttl: 5_000 }, 'made-5'],
  ])('are refused if they have %s', async (_, bucket, desired, nodes, path) => {
    const kvm = new Kvm(connection);
    await kvm.create(bucket, desired);
    await kvm.create(`${bucket}-nodes`, nodes);
    await expect(FleetDeployments.connect(connection, { bucket })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: [{ path, received: expect.stringContaining(`nats stream edit KV_${path}`) }],
    });
  });

  it('are taken if their settings will do', async () => {
    const kvm = new Kvm(connection);
    await kvm.create('good', { history: 5 });
    await kvm.create('good-nodes', { history: 1, ttl: 10_000 });
    const fleet = await FleetDeployments.connect(connection, { bucket: 'good' });
    expect(await fleet.nodes()).toEqual([]);
  });
});
