import { readFile } from 'node:fs/promises';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { type Command, Option } from 'commander';
import { InvalidOptionsError, UnavailableError } from '../../errors.js';
import { codeOf, messageOf } from '../../host/thrown.js';

/** How a command connects to NATS. */
export interface ConnectionFlags {
  url: string;
  creds?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** Adds the options of a connection. Secrets come from files and the environment, because other users see a command line. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--url <urls>', 'the NATS servers, separated by commas')
        .env('NATS_URL')
        .default('nats://127.0.0.1:4222'),
    )
    .addOption(new Option('--creds <file>', 'the credentials file of the user').env('NATS_CREDS'))
    .addOption(new Option('--tls-ca <file>', "the certificates that the server's must come from").env('NATS_CA'))
    .addOption(new Option('--tls-cert <file>', 'the certificate of this client').env('NATS_CERT'))
    .addOption(new Option('--tls-key <file>', 'the key of that certificate').env('NATS_KEY'));
}

/** For the help of commands. */
export const secretsHelp =
  '\nA user name and password, or a token, come from the environment: NATS_USER and NATS_PASSWORD, or NATS_TOKEN.';

/**
 * Connects with the client of the user's installation. Reconnects for ever once it is connected.
 *
 * @throws {InvalidOptionsError} if the client is not installed, or a file cannot be read.
 * @throws {UnavailableError} if no server answers, or none takes the credentials.
 */
export async function connectNats(name: string, flags: ConnectionFlags): Promise<NatsConnection> {
  const { connect, credsAuthenticator } = await loadClient();
  const { creds, tlsCa, tlsCert, tlsKey } = flags;
  const ca = await fileOf('--tls-ca', tlsCa);
  const cert = await fileOf('--tls-cert', tlsCert);
  const key = await fileOf('--tls-key', tlsKey);
  const credentials = await fileOf('--creds', creds);
  const { NATS_USER: user, NATS_PASSWORD: pass, NATS_TOKEN: token } = process.env;
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const options: NodeConnectionOptions = {
    servers: flags.url.split(',').map((url) => url.trim()),
    name,
    maxReconnectAttempts: -1,
    // A trace for each request costs more than scoring does.
    noAsyncTraces: true,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
  };
  try {
    return await connect(options);
  } catch (error) {
    // Without the address: it may have a password in it.
    throw new UnavailableError(`--url: cannot connect to NATS: ${messageOf(error)}`, { cause: error });
  }
}

async function loadClient(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    const expected =
      'the packages @nats-io/transport-node and @nats-io/jetstream: run "npm install @nats-io/transport-node @nats-io/jetstream"';
    const issue = { path: 'NATS', expected, received: 'none that can be loaded from where fraud-scorer is' };
    throw new InvalidOptionsError([issue], 1, { cause: error });
  }
}

async function fileOf(option: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const received = `one that cannot be read (${codeOf(error) ?? 'unknown reason'})`;
    throw new InvalidOptionsError([{ path: option, expected: 'a file', received }], 1, { cause: error });
  }
}
