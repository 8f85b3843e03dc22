import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer } from '../../src/index.js';
import { RemoteScorer, serveScoring } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { fixtureModel } from '../support/paths.js';

let folder: string;
let key: string;
let cert: string;
let server: NatsServer;
let ca: string;

/** The permissions that docs/fleet.md gives. */
const users = `
  { user: "node", password: "n", permissions: {
    publish: ["fraud.score.fleet.events", "fraud.score.labels.>"],
    subscribe: ["fraud.score", "fraud.score.>", "$SRV.>", "_INBOX.>"], allow_responses: { max: 100, expires: "1m" } } }
  { user: "client", password: "c", permissions: {
    publish: ["fraud.score", "fraud.score.node.*", "$SRV.INFO.fraud-scorer"], subscribe: ["_INBOX_client.>"] } }`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nats-tls-'));
  [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  );
  ca = await readFile(cert, 'utf8');
  server = await NatsServer.start({
    config: `tls { cert_file: "${cert}", key_file: "${key}" }\nauthorization { users: [${users}] }`,
  });
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('works over TLS, with users that have no more than the documented permissions', async () => {
  const nodeConnection = await server.connect({ user: 'node', pass: 'n', tls: { ca } });
  const clientConnection = await server.connect({
    user: 'client',
    pass: 'c',
    tls: { ca },
    inboxPrefix: '_INBOX_client',
  });
  const denied: string[] = [];
  for (const connection of [nodeConnection, clientConnection]) {
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'error') denied.push(String(status.error));
    })();
  }
  const scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
  const service = await serveScoring(scorer, nodeConnection);
  const remote = await RemoteScorer.connect(clientConnection);
  expect(remote.health()).toMatchObject({ status: 'ok', workers: 1 });
  const { inputs } = scorer.describeModel();
  const features = Object.fromEntries(inputs.map(({ name, size }) => [name, Array<number>(size).fill(0.5)]));
  const results = await Promise.all(Array.from({ length: 500 }, () => remote.score({ features })));
  expect(new Set(results.map(({ source }) => source))).toEqual(new Set(['model']));
  const reply = await clientConnection.request('fraud.score', JSON.stringify({ features }));
  expect(reply.json()).toMatchObject({ source: 'model' });
  await remote.close();
  await service.drain();
  await scorer.close();
  await clientConnection.close();
  await nodeConnection.close();
  expect(denied).toEqual([]);
});

it('is refused without credentials', async () => {
  await expect(server.connect({ tls: { ca }, reconnect: false })).rejects.toThrow(/authorization/i);
});

it('is told by a command that a certificate may be missing, and works with one', async () => {
  const strict = await NatsServer.start({
    config: `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${cert}", verify: true }`,
  });
  try {
    const url = strict.url.replace('nats:', 'tls:');
    const status = async (...more: string[]) => {
      let error = '';
      const code = await runCli(['fleet', 'status', '--url', url, '--tls-ca', cert, ...more], {
        write: () => {},
        error: (text) => {
          error += text;
        },
      });
      return { code, error };
    };
    expect(await status()).toEqual({ code: 1, error: expect.stringMatching(/give --tls-cert and --tls-key/) });
    expect(await status('--tls-cert', cert, '--tls-key', key)).toEqual({
      code: 1,
      error: expect.stringMatching(/has no fleet yet/),
    });
  } finally {
    await strict.stop();
  }
});
