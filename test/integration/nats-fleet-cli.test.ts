import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer } from '../../src/index.js';
import { type DeploymentFollower, followDeployments } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { Versions } from '../support/versions.js';

describe('fraud-scorer fleet', () => {
  let server: NatsServer;
  let versions: Versions;
  let connection: NatsConnection;
  let scorer: FraudScorer;
  let follower: DeploymentFollower;

  beforeAll(async () => {
    server = await NatsServer.start();
    versions = await Versions.make();
    const models = join(versions.folder, 'models');
    await mkdir(models);
    for (const version of ['1', '2', '3']) await versions.sqrt(version, 1);
    await cp(join(versions.folder, 'sqrt-1'), join(models, 'sqrt', '1'), { recursive: true });
    connection = await server.connect();
    scorer = await FraudScorer.create({ model: join(models, 'sqrt/1'), workers: 1, providers: ['cpu'] });
    follower = await followDeployments(scorer, connection, {
      ...{ name: 'cards', id: 'a', everyMs: 200 },
      models: { directory: models, objectStore: 'models' },
    });
  });
  afterAll(async () => {
    await follower.stop();
    await scorer.close();
    await connection.close();
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
    let [out, error] = ['', ''];
    const code = await runCli(['fleet', ...args, '--url', server.url], {
      write: (text) => {
        out += text;
      },
      error: (text) => {
        error += text;
      },
    });
    return { code, out, error };
  }
  const fleet = (...args: string[]) => run(...args, '--name', 'cards');

  it('publishes, deploys, sets shares, promotes, rolls back, retires and shows it', async () => {
    expect(await fleet('deploy', '1', '--model', 'sqrt')).toMatchObject({ code: 0, error: '' });
    const published = await run('publish', join(versions.folder, 'sqrt-2'), '--object-store', 'models', '--json');
    const { sha256 } = JSON.parse(published.out);
    expect(await fleet('deploy', '2', '--sha256', sha256, '--traffic', '0.1')).toMatchObject({ code: 0, error: '' });
    expect((await fleet('traffic', '2=0.3')).out).toMatch(/challenger.*sqrt 2, 30 %/);
    expect((await fleet('promote', '2')).out).toMatch(/2 primary 100 %/);
    expect((await fleet('rollback')).code).toBe(0);
    await run('publish', join(versions.folder, 'sqrt-3'), '--object-store', 'models');
    expect((await fleet('deploy', '3', '--steps', '0.2,1', '--step-seconds', '600')).out).toMatch(
      /canary.*running, step 1 of 2/,
    );
    expect(await fleet('wait', '--wait-seconds', '1')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^The canary has not ended within \d+ ms: "3" is .*step 1 of 2/),
    });
    const waited = fleet('wait');
    // It waits for this canary, or finds it ended.
    expect((await fleet('rollback')).out).toMatch(/aborted/);
    expect(await waited).toMatchObject({
      code: 1,
      error: expect.stringMatching(
        /^The canary was aborted: sqrt 3, aborted, step 1 of 2: it was rolled back by hand$/m,
      ),
    });
    // The canary that was aborted is not part of a later roll-out.
    expect((await fleet('deploy', '3', '--traffic', 'shadow')).code).toBe(0);
    expect(await fleet('wait')).toMatchObject({ code: 0, error: '' });
    expect((await fleet('retire', '3')).code).toBe(0);
    const { state, nodes } = JSON.parse((await fleet('status', '--json')).out);
    expect(state).toMatchObject({ primary: { version: '1' }, previous: { version: '2' } });
    expect(nodes).toMatchObject([{ id: 'a', error: null }]);
  });

  it('ends with 1 where a roll-out fails, and says which node could not load the version', async () => {
    const { code, error } = await fleet('deploy', 'nobody');
    expect(code).toBe(1);
    expect(error).toMatch(/nobody as primary: failed on node a \(ERR_MODEL_INVALID\)/);
    // What comes after it has nothing to do with it.
    expect(await fleet('traffic', '2=0.2')).toMatchObject({ code: 1, error: expect.stringMatching(/no "2"/) });
    expect(await fleet('retire', '2')).toMatchObject({ code: 1 });
    expect(await fleet('promote', '1')).toMatchObject({ code: 0, error: '' });
  });

  it('ends with 1 for an unknown version and 2 for wrong options', async () => {
    expect(await fleet('promote', '9')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/the fleet has no "9"/),
    });
    expect(await fleet('deploy', '2', '--traffic', 'x')).toMatchObject({ code: 2 });
    expect(await fleet('traffic', '2:0.3')).toMatchObject({ code: 2, error: expect.stringMatching(/as in 2=0.3/) });
  });

  it('shows the nodes and says how to go on where the entry is not valid, with 1 for all but restore', async () => {
    const desired = await new Kvm(connection).open('fraud-scorer');
    await desired.put('desired.cards', '{ not JSON');
    for (const args of [['status'], ['wait'], ['deploy', '2'], ['rollback']]) {
      const { code, out, error } = await fleet(...args);
      expect(code).toBe(1);
      expect(out).toMatch(/^Fleet cards: its state is not valid\n[\s\S]*│ a +│ 1 primary 100 %/);
      expect(error).toMatch(/not JSON|expected JSON/);
      expect(error).toMatch(/npx fraud-scorer fleet restore --name cards\n$/);
    }
    expect(JSON.parse((await fleet('status', '--json')).out)).toMatchObject({ nodes: [{ id: 'a' }] });
    expect(await fleet('restore')).toMatchObject({ code: 0, error: '' });
    expect((await fleet('status')).code).toBe(0);
  });

  it('names the fleet, and the fleets that there are where it is none of them', async () => {
    expect((await fleet('status')).out).toMatch(/^Fleet cards, revision \d+\n/);
    const { code, out, error } = await run('status', '--name', 'crads');
    expect(code).toBe(1);
    expect(out).toMatch(/^Fleet crads, revision 0\n/);
    expect(error).toBe('There is no fleet "crads": the bucket fraud-scorer has these fleets: cards\n');
  });
});
