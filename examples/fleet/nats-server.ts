import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A nats-server of one's own, to try things. */
export interface NatsServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts the program `nats-server` on a free port of the loopback, with streams in a temporary folder. @throws {Error} if it does not start. */
export async function startNatsServer(): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fraud-scorer-fleet-'));
  const server = spawn('nats-server', ['--addr', '127.0.0.1', '--port', '-1', '--jetstream', '--store_dir', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(server, 'close');
  const stop = async (): Promise<void> => {
    server.kill();
    await closed.catch(() => {});
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = await Promise.race([urlIn(createInterface({ input: server.stderr })), closed]);
    if (typeof url === 'string') return { url, stop };
    throw new Error('nats-server ended while it started');
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The log must be read to its end, so that the server never waits for a full pipe. */
function urlIn(log: NodeJS.EventEmitter): Promise<string> {
  return new Promise((resolve) => {
    let port: string | undefined;
    log.on('line', (line: string) => {
      port ??= / client connections on \S+:(\d+)/.exec(line)?.[1];
      if (line.includes('Server is ready')) resolve(`nats://127.0.0.1:${port}`);
    });
  });
}
