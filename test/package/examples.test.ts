import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ServingHost } from '../matrix/serving-host.js';
import { projectPath } from '../support/paths.js';
import { type Finished, runIn } from './run-in.js';

/** What the examples need beside the package. */
const needed = [
  '@nats-io/jetstream',
  '@nats-io/kv',
  '@nats-io/obj',
  '@nats-io/transport-node',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  '@types/autocannon',
  '@types/cli-progress',
  '@types/express',
  '@types/node',
  'autocannon',
  'cli-progress',
  'cli-table3',
  'commander',
  'csv-stringify',
  'express',
  'fastify',
  'log-update',
  'pino',
  'reflect-metadata',
  'rxjs',
  'tsx',
  'typescript',
];

/** The examples that are for a new user. `replay` stands on the sources of the repository, `container` is an entry of the matrix. */
const examples = [
  ...[
    'express',
    'fastify',
    'nestjs',
    'plain',
    'xgboost',
    'deployments',
    'alerts-webhook',
    'stream',
    'fleet',
    'load-test',
  ],
  // What `deployments` has from there.
  ...['clock', 'format', 'paint', 'stop-signals', 'usage-error'].map((name) => `replay/${name}.ts`),
];

let project: string;

beforeAll(async () => {
  project = join(await mkdtemp(join(tmpdir(), 'fraud-scorer-examples-')), 'project');
  await mkdir(join(project, 'examples'), { recursive: true });
  const { devDependencies } = JSON.parse(await readFile(projectPath('package.json'), 'utf8'));
  const dependencies = {
    ...Object.fromEntries(needed.map((name) => [name, devDependencies[name]])),
    'fraud-scorer': `file:${inject('tarball').path}`,
  };
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  for (const name of [...examples, 'tsconfig.json', 'sample-request.json', 'start-failures.ts']) {
    await cp(projectPath(`examples/${name}`), join(project, 'examples', name), { recursive: true });
  }
  await cp(projectPath('tsconfig.json'), join(project, 'tsconfig.json'));
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
  const { code, stderr } = await runIn(project, 'npm', install, { ONNXRUNTIME_NODE_INSTALL: 'skip' }, 150_000);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
});

afterAll(() => rm(join(project, '..'), { recursive: true, force: true }));

/** What the npm script of an example runs, without the repository's own build before it. */
async function commandOf(name: string): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(projectPath('package.json'), 'utf8'));
  const [program, ...args] = scripts[`example:${name}`].split(' ');
  return program === 'node' ? args : [`node_modules/tsx/dist/cli.mjs`, ...args];
}

const run = async (name: string, env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<Finished> =>
  runIn(project, process.execPath, [...(await commandOf(name)), ...args], env);

describe('the examples, in a project of their own with the tarball', () => {
  it('pass the compiler with the types of the package', async () => {
    const { code, stdout } = await runIn(project, process.execPath, [
      'node_modules/typescript/bin/tsc',
      ...['-p', 'examples/tsconfig.json'],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it.each(['express', 'fastify', 'nestjs'])('serve, and end in order on SIGTERM: %s', async (name) => {
    const sample = await readFile(projectPath('examples/sample-request.json'), 'utf8');
    const host = await ServingHost.spawn({
      command: [process.execPath, ...(await commandOf(name))],
      directory: project,
      env: { ...process.env, NODE_OPTIONS: '' },
      processId: ({ pid }) => pid,
    });
    try {
      await host.expect({ path: '/health/ready', status: 200 });
      const { body } = await host.expect({ path: '/score', body: sample, status: 200 });
      expect(JSON.parse(body)).toMatchObject({ source: 'model', id: 'tx-1', decision: 'APPROVE' });
      await host.expect({ path: '/score', body: '{"features":{}}', status: 400 });
      expect(JSON.parse(await host.stopDuringRequest('/score', sample))).toMatchObject({ source: 'model' });
      await host.ended([0]);
    } finally {
      host.kill();
    }
  });

  it('score a literal request: plain', async () => {
    const { code, stdout } = await run('plain');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("decision: 'APPROVE'") });
  });

  it('adopt a model of XGBoost, and score by the names of its features, one of them missing: xgboost', async () => {
    const { code, stdout, stderr } = await run('xgboost');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^The directory passes the check\.$/m);
    expect(stdout).toMatch(/^4\.42: APPROVE, .*\n658\.11: BLOCK, /m);
  });

  it('deliver an alert to a webhook that was down, though the service ends: alerts-webhook', async () => {
    const { code, stdout } = await run('alerts-webhook');
    expect(stdout.match(/down, answers 503/g)).toHaveLength(2);
    expect(stdout.match(/took critical memory/g)).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ended, 0 alerts lost\n$/) });
  });

  it('score a stream in memory that stays flat, with a sender that waits for a slow reader: stream', async () => {
    const { code, stdout, stderr } = await run('stream', { ROWS: '50000' });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const lines = [...stdout.matchAll(/^(\d+) of 50000 scored; (\d+) MiB resident; .* (\d+) ahead$/gm)];
    expect(lines.map(([, scored]) => Number(scored))).toEqual([10_000, 20_000, 30_000, 40_000, 50_000]);
    // The rows that follow the first fifth are 26 MB as text, and 20 MB of outcomes.
    expect(Number(lines[4]?.[2]) - Number(lines[0]?.[2])).toBeLessThan(30);
    // What the buffers of a connection hold.
    expect(Number(lines[4]?.[3])).toBeLessThan(40_000);
  });

  it('tell the story of versions that come and go: deployments', async () => {
    const { code, stdout, stderr } = await run('deployments', {}, '--quick', '--patience', '40');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/All went as told\.\n$/);
  });

  it('keep a fleet answering while nodes come and go and a canary runs: fleet', async () => {
    const { code, stdout, stderr } = await run('fleet', { RATE: '500' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^It was promoted: version 2: \d+$/m);
    expect(stdout).toMatch(/^Rolled back on all nodes within \d+ ms: version 1: \d+$/m);
    expect(stdout).toMatch(/^\d+ transactions, 0 without an answer$/m);
  });

  it('put load on the service and print a table, with no request failed: load-test', async () => {
    const { code, stdout, stderr } = await run('load-test', { SECONDS: '2' });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/│ Req\/Sec /);
    expect(stdout).toMatch(/^\d+ scored, 0 failed$/m);
  });
});
