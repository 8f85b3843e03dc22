import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { freePort } from './free-port.js';

/** What a server is started with. */
export interface NatsServerOptions {
  /** More lines of the configuration file, such as users and permissions. */
  config?: string;
}

/** A real nats-server with JetStream on the loopback, in a folder of its own. It keeps its port and its data over a restart. */
export class NatsServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start({ config = '' }: NatsServerOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), await mkdtemp(join(tmpdir(), 'nats-')));
    await writeFile(
      join(server.#folder, 'server.conf'),
      `host: "127.0.0.1"\nport: ${server.port}\njetstream { store_dir: "${server.#folder}/data" }\n${config}\n`,
    );
    await server.restart();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** The id of its process. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('nats-server: expected a running process');
    return pid;
  }

  /** A connection of its own. The caller closes it. */
  connect(options: NodeConnectionOptions = {}): Promise<NatsConnection> {
    return connect({ servers: this.url, reconnectTimeWait: 50, maxReconnectAttempts: -1, ...options });
  }

  /** Starts it, and waits until it takes connections. */
  async restart(): Promise<void> {
    const child = spawn('nats-server', ['-c', join(this.#folder, 'server.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    const { stderr } = child;
    if (stderr === null) throw new Error('nats-server: expected a pipe for its log');
    await new Promise<void>((resolve, reject) => {
      let log = '';
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`nats-server ended while it started:\n${log}`)));
      stderr.setEncoding('utf8').on('data', (text: string) => {
        // Read to the end, so that the server never waits for a full pipe.
        if (log.length < 100_000) log += text;
        if (log.includes('Server is ready')) resolve();
      });
    });
  }

  /** Ends the process. Its data stay. @param signal `SIGKILL` for a crash. */
  async halt(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Ends the process and removes its data. */
  async stop(): Promise<void> {
    await this.halt('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
