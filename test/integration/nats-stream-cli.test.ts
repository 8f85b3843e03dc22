import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NatsServer } from '../support/nats-server.js';
import { createStreams, storedMessages } from '../support/nats-streams.js';
import { fixtureModel, projectPath } from '../support/paths.js';

let server: NatsServer;
let connection: NatsConnection;

const credentials = { user: 'worker', pass: 'secret' };
const secured = `authorization { user: "${credentials.user}", password: "${credentials.pass}" }`;

beforeEach(async () => {
  server = await NatsServer.start({ config: secured });
  connection = await server.connect(credentials);
  await createStreams(connection);
});

afterEach(async () => {
  await connection.close();
  await server.stop();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command. @param onReady called when it says that it is ready. */
async function run(args: string[], env: Record<string, string>, onReady?: (kill: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, [projectPath('dist/cli.js'), 'stream', ...args], {
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const wasReady = err.includes('Ready');
    err += text;
    if (!wasReady && err.includes('Ready')) onReady?.(() => child.kill('SIGTERM'));
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

const usual = (model = fixtureModel('sqrt')): string[] => [
  ...['--url', server.url, '--model', model, '--workers', '1', '--provider', 'cpu'],
  ...['--stream', 'TRANSACTIONS', '--consumer', 'fraud', '--to', 'decisions.all', '--dead-letter', 'dead'],
];
const secrets = { NATS_USER: credentials.user, NATS_PASSWORD: credentials.pass };

async function decided(count: number): Promise<void> {
  const manager = await jetstreamManager(connection);
  while ((await manager.streams.info('DECISIONS')).state.messages < count);
}

describe('fraud-scorer stream', () => {
  it('decides what comes, and drains and exits with 0 on SIGTERM', async () => {
    const { code, out, err } = await run([...usual(), '--json'], secrets, async (kill) => {
      connection.publish('transactions.eu', JSON.stringify({ id: 't-1', features: { x: [0.25] } }));
      connection.publish('transactions.eu', 'no JSON');
      await decided(2);
      kill();
    });
    expect(code).toBe(0);
    expect(JSON.parse(out.trim())).toMatchObject({ received: 2, decided: 1, deadLettered: 1, inFlight: 0 });
    expect(err).toContain('became a dead letter {"code":"ERR_INVALID_REQUEST"}');
    const [decision] = await storedMessages(connection, 'DECISIONS', 'decisions.all');
    expect(decision?.json()).toMatchObject({ id: 't-1', source: 'model' });
  });

  it('exits with 1 where the server refuses it or does not answer, without its password', async () => {
    const { code, err } = await run(usual(), { ...secrets, NATS_PASSWORD: 'wrong-one' });
    expect(code).toBe(1);
    expect(err).toMatch(/^cannot connect to NATS at 127\.0\.0\.1:\d+: /);
    expect(err).not.toContain('wrong-one');
  });

  it('exits with 2 where an option is wrong or a file is missing', async () => {
    expect((await run([], {})).code).toBe(2);
    const missing = await run([...usual(), '--creds', '/no/such/file'], secrets);
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.err).toMatch(/--creds.*a file/);
    const noStream = await run([...usual().map((one) => (one === 'TRANSACTIONS' ? 'OTHERS' : one))], secrets);
    expect(noStream.code).toBe(2);
    expect(noStream.err).toMatch(/stream.*exists/);
  });
});
