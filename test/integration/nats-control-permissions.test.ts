import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { FleetDeployments, followDeployments, publishModel } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

/** The permissions of a node, as docs/fleet.md lists them. Buckets are there already. */
const bucket = (name: string): string[] => [
  `$KV.${name}.>`,
  `$JS.API.STREAM.INFO.KV_${name}`,
  `$JS.API.DIRECT.GET.KV_${name}.>`,
  `$JS.API.CONSUMER.CREATE.KV_${name}.>`,
  `$JS.API.CONSUMER.INFO.KV_${name}.>`,
  `$JS.API.CONSUMER.DELETE.KV_${name}.>`,
];
const publish = [
  '$JS.API.INFO',
  ...bucket('fraud-scorer'),
  ...bucket('fraud-scorer-nodes'),
  '$JS.API.STREAM.INFO.OBJ_models',
  '$JS.API.STREAM.MSG.GET.OBJ_models',
  '$JS.API.DIRECT.GET.OBJ_models.>',
  '$JS.API.CONSUMER.CREATE.OBJ_models.>',
  '$JS.API.CONSUMER.INFO.OBJ_models.>',
  '$JS.API.CONSUMER.DELETE.OBJ_models.>',
  '$JS.FC.>',
];
const config = `authorization { users = [
  { user: admin, password: a }
  { user: node, password: n, permissions: { publish: ${JSON.stringify(publish)}, subscribe: ["_INBOX.>"] } }
] }`;

describe('a node with no more permissions than it needs', () => {
  let server: NatsServer;
  let versions: Versions;

  beforeAll(async () => {
    server = await NatsServer.start({ config });
    versions = await Versions.make();
    await mkdir(join(versions.folder, 'models'));
    for (const version of ['1', '2']) await versions.sqrt(version, 1);
    await cp(join(versions.folder, 'sqrt-1'), join(versions.folder, 'models/sqrt/1'), { recursive: true });
  });
  afterAll(async () => {
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  it('follows, fetches a model, reports and leads', async () => {
    const admin = await server.connect({ user: 'admin', pass: 'a' });
    const connection = await server.connect({ user: 'node', pass: 'n' });
    const refused: string[] = [];
    void (async () => {
      for await (const { type, error } of connection.status() as AsyncIterable<{ type: string; error?: Error }>) {
        if (type === 'error') refused.push(`${error?.message}`);
      }
    })();
    const fleet = await FleetDeployments.connect(admin);
    const published = await publishModel(admin, 'models', join(versions.folder, 'sqrt-2'));
    const directory = join(versions.folder, 'models');
    const scorer = await FraudScorer.create({ model: join(directory, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    const follower = await followDeployments(scorer, connection, {
      ...{ everyMs: 200, id: 'a' },
      models: { directory, objectStore: 'models' },
    });
    await fleet.deploy(published);
    expect(await fleet.settled({ timeoutMs: 15_000 })).toMatchObject({ state: 'done' });
    expect(follower.state().versions).toContainEqual(expect.objectContaining({ version: '2', role: 'primary' }));
    await follower.stop();
    expect(await fleet.nodes()).toEqual([]);
    expect(refused).toEqual([]);
    await scorer.close();
    await connection.close();
    await admin.close();
  });
});
