import { readFile } from 'node:fs/promises';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';

/** How a command connects to NATS. */
export interface NatsFlags {
  creds?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** There is no connection. The message says why, and names no credentials. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/**
 * Connects to NATS, with the client that is installed beside the package. Once connected, it connects again whenever it is lost.
 *
 * @param address such as `nats://host:4222`, also with a name and a password. @throws {NoConnectionError} if that is not possible.
 */
export async function openConnection(address: string, flags: NatsFlags): Promise<NatsConnection> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.hostname === '') {
    throw new NoConnectionError('expected the address of a NATS server, such as nats://localhost:4222');
  }
  const server = `${url.hostname}:${url.port === '' ? 4222 : url.port}`;
  const { connect, credsAuthenticator } = await natsClient();
  const { creds, tlsCa: caFile, tlsCert: certFile, tlsKey: keyFile } = flags;
  const isTls = url.protocol === 'tls:' || caFile !== undefined || certFile !== undefined;
  try {
    const options: NodeConnectionOptions = {
      servers: server,
      name: 'fraud-scorer',
      maxReconnectAttempts: -1,
      ...(url.username === '' ? {} : { user: decoded(url.username), pass: decoded(url.password) }),
      ...(creds === undefined ? {} : { authenticator: credsAuthenticator(await readFile(creds)) }),
      ...(isTls ? { tls: given({ caFile, certFile, keyFile }) } : {}),
    };
    return await connect(options);
  } catch (error) {
    throw new NoConnectionError(`${server}: no connection to NATS (${reasonOf(error)})`);
  }
}

async function natsClient(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node');
  } catch {
    throw new NoConnectionError('the client for NATS is not installed: npm install @nats-io/transport-node');
  }
}

/** A password may have a percent sign that does not begin an escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function given(files: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
