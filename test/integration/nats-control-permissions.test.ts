import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Objm } from '@nats-io/obj';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer } from '../../src/index.js';
import { putFile } from '../../src/integrations/nats/control/models/put-file.js';
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
  { user: nobody, password: x, permissions: { publish: ["nothing"], subscribe: ["_INBOX.>"] } }
  { user: reader, password: r, permissions: { publish: ${JSON.stringify(publish.filter((subject) => !subject.startsWith('$KV.')))}, subscribe: ["_INBOX.>"] } }
  { user: publisher, password: p, permissions: { publish: ${JSON.stringify([...publish, '$O.models.>', '$JS.API.STREAM.CREATE.OBJ_models'])}, subscribe: ["_INBOX.>"] } }
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

  it('says in one sentence which subject is not permitted, and who creates the buckets', async () => {
    const node = await server.connect({ user: 'node', pass: 'n' });
    const nobody = await server.connect({ user: 'nobody', pass: 'x' });
    const missing = {
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(
        /may not publish to "\$JS\.API\.STREAM\.CREATE\.KV_fraud-scorer" \(buckets that are missing are created by/,
      ),
    };
    await expect(FleetDeployments.connect(node)).rejects.toMatchObject(missing);
    const directory = join(versions.folder, 'models');
    await using scorer = await FraudScorer.create({ model: join(directory, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    await expect(followDeployments(scorer, node, { models: { directory } })).rejects.toMatchObject(missing);
    await expect(publishModel(node, 'models', join(versions.folder, 'sqrt-2'))).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/"\$JS\.API\.STREAM\.CREATE\.OBJ_models"/),
    });
    await expect(FleetDeployments.connect(nobody)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/may not publish to "\$JS\.API\./),
    });
    let error = '';
    const output = {
      write: () => {},
      error: (text: string) => {
        error += text;
      },
    };
    const url = server.url.replace('//', '//nobody:x@');
    expect(await runCli(['fleet', 'status', '--url', url], output)).toBe(1);
    expect(error).toMatch(/^The fleet cannot open the buckets .*"\$JS\.API\.[^\n]*\n$/);
    const admin = await server.connect({ user: 'admin', pass: 'a' });
    await FleetDeployments.connect(admin);
    const reader = await server.connect({ user: 'reader', pass: 'r' });
    const fleet = await FleetDeployments.connect(reader);
    await expect(fleet.deploy({ model: 'sqrt', version: '1' })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/may not publish to "\$KV\.fraud-scorer\.desired\.default"$/),
    });
    for (const connection of [node, nobody, admin, reader]) await connection.close();
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

  it('is told that another was first with a version, though it may not remove what it wrote', async () => {
    const connections = await Promise.all([1, 2].map(() => server.connect({ user: 'publisher', pass: 'p' })));
    for (let round = 0; round < 5; round += 1) {
      const version = `raced-${round}`;
      const directories = [
        await versions.sqrt(`${version}-1`, 1, { version }),
        await versions.sqrt(`${version}-2`, 2, { version }),
      ];
      const ended = await Promise.allSettled(
        connections.map((connection, index) => publishModel(connection, 'models', directories[index] ?? '')),
      );
      const lost = ended.filter(({ status }) => status === 'rejected');
      expect(lost).toMatchObject([{ reason: { code: 'ERR_MODEL_INVALID' } }]);
    }
    for (const connection of connections) await connection.close();
  });

  it('is told that a file has changed while it was published, though it may not remove what it wrote', async () => {
    const connection = await server.connect({ user: 'publisher', pass: 'p' });
    const store = await new Objm(connection).create('models');
    const path = join(await versions.sqrt('2', 1), 'model.json');
    const measured = { file: 'model.json', size: 5, sha256: 'a'.repeat(64) };
    await expect(putFile(store, path, 'changed', measured)).rejects.toMatchObject({ code: 'ERR_MODEL_INTEGRITY' });
    await connection.close();
  });
});
