import { readFile } from 'node:fs/promises';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { type Command, Option } from 'commander';
import { InvalidOptionsError, UnavailableError } from '../../errors.js';
import { codeOf, messageOf } from '../../host/thrown.js';
import { loadPeer } from '../../integrations/nats/optional-peer.js';

/** A person waits for the command. */
const connectTimeoutMs = 5_000;

/** How a command connects to NATS. */
export interface ConnectionFlags {
  /** Servers, separated by commas, such as `nats://name:password@host:4222`. */
  url: string;
  creds?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** Adds the options of a connection. Secrets come from files and the environment, because other users see a command line. */
export function addConnectionOptions(command: Command): Command {
  const url = new Option('--url <urls>', 'the NATS servers, separated by commas').env('NATS_URL');
  return addCredentialOptions(command.addOption(url.default('nats://127.0.0.1:4222')));
}

/** Those options without the address. */
export function addCredentialOptions(command: Command): Command {
  return command
    .addOption(new Option('--creds <file>', 'the credentials file of the NATS user').env('NATS_CREDS'))
    .addOption(new Option('--tls-ca <file>', "the certificates that the NATS server's must come from").env('NATS_CA'))
    .addOption(new Option('--tls-cert <file>', 'the certificate of this NATS client').env('NATS_CERT'))
    .addOption(new Option('--tls-key <file>', 'the key of that certificate').env('NATS_KEY'));
}

/** For the help of commands. */
export const secretsHelp =
  '\nA user name and password, or a token, come from the environment: NATS_USER and NATS_PASSWORD, or NATS_TOKEN.';

/**
 * Connects with the client of the user's installation. Reconnects for ever once it is connected.
 *
 * @throws {InvalidOptionsError} if the client is not installed, a file cannot be read, or a certificate is given without its key.
 * @throws {UnavailableError} if no server answers, or none takes the credentials.
 */
export async function connectNats(name: string, flags: ConnectionFlags): Promise<NatsConnection> {
  requirePair(flags);
  const client = '@nats-io/transport-node';
  const { connect, credsAuthenticator } = await loadPeer(client, () => import('@nats-io/transport-node'));
  const { creds, tlsCa, tlsCert, tlsKey } = flags;
  const ca = await fileOf('--tls-ca', tlsCa);
  const cert = await fileOf('--tls-cert', tlsCert);
  const key = await fileOf('--tls-key', tlsKey);
  const credentials = await fileOf('--creds', creds);
  const servers = flags.url.split(',').map((url) => serverOf(url.trim()));
  const { NATS_USER, NATS_PASSWORD, NATS_TOKEN: token } = process.env;
  const { user = NATS_USER, pass = NATS_PASSWORD } = servers[0] ?? {};
  const isTls = servers.some((server) => server.isTls);
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const options: NodeConnectionOptions = {
    servers: servers.map(({ host }) => host),
    name,
    maxReconnectAttempts: -1,
    timeout: connectTimeoutMs,
    // A trace for each request costs more than scoring does.
    noAsyncTraces: true,
    ...(isTls || Object.keys(tls).length > 0 ? { tls } : {}),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
  };
  try {
    return await connect(options);
  } catch (error) {
    // Without the address as it was given: it may have a password in it.
    const hosts = servers.map(({ host }) => host).join(', ');
    const hint = cert === undefined ? certificateHint(error) : '';
    throw new UnavailableError(`cannot connect to NATS at ${hosts}: ${messageOf(error)}${hint}`, { cause: error });
  }
}

/** The client says no more than that it waited: a server that misses a certificate ends the connection after the client's part of it. */
function certificateHint(error: unknown): string {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  return isTimeout ? ' (if the server asks for a client certificate, give --tls-cert and --tls-key)' : '';
}

interface Server {
  /** With its port. */
  host: string;
  user: string | undefined;
  pass: string | undefined;
  isTls: boolean;
}

/** @throws {InvalidOptionsError} if it is not the address of a server. It is not repeated: it may have a password in it. */
function serverOf(address: string): Server {
  const text = address.includes('://') ? address : `nats://${address}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '') {
    const expected = 'the address of a NATS server, such as nats://localhost:4222';
    throw new InvalidOptionsError([{ path: 'url', expected, received: 'another text' }]);
  }
  return {
    host: `${url.hostname}:${url.port === '' ? 4222 : url.port}`,
    user: url.username === '' ? undefined : decoded(url.username),
    pass: url.password === '' ? undefined : decoded(url.password),
    isTls: url.protocol === 'tls:',
  };
}

/** A password may have a percent sign that does not begin an escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The client would ignore one without the other, or fail when it connects. */
function requirePair({ tlsCert, tlsKey }: Pick<ConnectionFlags, 'tlsCert' | 'tlsKey'>): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const [there, missing] =
    tlsKey === undefined
      ? ['--tls-cert (NATS_CERT)', '--tls-key (NATS_KEY)']
      : ['--tls-key (NATS_KEY)', '--tls-cert (NATS_CERT)'];
  throw new InvalidOptionsError([{ path: missing, expected: `a file, as there is ${there}`, received: 'nothing' }]);
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
