import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HostCommand } from './entry.js';
import { endOf, environmentOfAnyone } from './run-command.js';

/** How long a host may take to listen, to answer and to end, in ms each. */
const patienceMs = 60_000;

interface Expected {
  readonly path: string;
  /** Present: it is posted as JSON. */
  readonly body?: string;
  readonly status: number;
}

/** A program that starts a host, with the whole of its environment but for the port. */
export interface HostProcess {
  readonly command: readonly [file: string, ...args: string[]];
  readonly directory: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** The process of the host itself, which gets the signals: the program may have started it. */
  readonly processId: (child: ChildProcess) => number | undefined;
}

/** A host that serves HTTP in a process of its own. */
export class ServingHost {
  readonly #child: ChildProcess;
  readonly #closed: Promise<readonly [code: number | null, signal: string | null]>;
  readonly #url: string;
  readonly #processId: HostProcess['processId'];
  readonly port: number;
  #output = '';

  private constructor(child: ChildProcess, port: number, processId: HostProcess['processId']) {
    this.#child = child;
    this.port = port;
    this.#url = `http://127.0.0.1:${port}`;
    this.#processId = processId;
    this.#closed = once(child, 'close').then(([code, signal]) => [code, signal]);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (this.#output += data));
  }

  /** Resolves when the host has printed that it listens: a line that has `listening`, or as Next.js says it, `Ready`. */
  static start({ node, directory, program, env }: HostCommand): Promise<ServingHost> {
    const ownEnv = { ...environmentOfAnyone(), ...env, HOSTNAME: '127.0.0.1' };
    return ServingHost.spawn({ command: [node, program], directory, env: ownEnv, processId: ({ pid }) => pid });
  }

  static async spawn({ command, directory, env, processId }: HostProcess): Promise<ServingHost> {
    const port = await freePort();
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: directory,
      env: { ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const host = new ServingHost(child, port, processId);
    try {
      await host.prints(/listening|Ready/);
      return host;
    } catch (error) {
      host.kill();
      throw error;
    }
  }

  /** The end of what it printed. */
  get output(): string {
    return endOf(this.#output);
  }

  async expect({ path, body, status }: Expected): Promise<{ body: string }> {
    const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const response = await fetch(this.#url + path, { ...init, signal: AbortSignal.timeout(patienceMs) });
    const answer = await response.text();
    if (response.status === status) return { body: answer };
    throw new Error(`${path}: expected the status ${status}, received ${response.status}: ${answer.slice(0, 500)}`);
  }

  /** Sends SIGTERM after the head of a request and before its body: the request must be answered all the same. */
  async stopDuringRequest(path: string, body: string): Promise<string> {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    };
    const sent = request(this.#url + path, { method: 'POST', headers, agent: false });
    const answer = once(sent, 'response');
    sent.flushHeaders();
    // The server has taken the request.
    await within(once(sent, 'continue'), 'take a request');
    const id = this.#processId(this.#child);
    if (id === undefined) throw new Error('The host has no process');
    process.kill(id, 'SIGTERM');
    sent.end(body);
    const [response] = await within(answer, 'answer while it ends');
    return text(response);
  }

  /** Waits for the end that a signal brings. */
  async ended(expected: readonly number[]): Promise<void> {
    const [code, signal] = await within(this.#closed, 'end after SIGTERM');
    const status = signal === 'SIGTERM' ? 143 : code;
    if (status === null || !expected.includes(status)) {
      throw new Error(`Expected the exit code ${expected.join(' or ')}, received ${signal ?? code}`);
    }
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  /** Resolves once it has printed the text, or what the expression finds. */
  prints(wanted: string | RegExp): Promise<void> {
    const isThere = (): boolean =>
      typeof wanted === 'string' ? this.#output.includes(wanted) : wanted.test(this.#output);
    const printed = new Promise<void>((resolve) => {
      const look = (): void => {
        if (isThere()) resolve();
      };
      look();
      for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', look);
    });
    const died = this.#closed.then(([code, signal]) => {
      throw new Error(`The host ended before it printed ${wanted} (${signal ?? code}):\n${this.output}`);
    });
    return within(Promise.race([printed, died]), `print ${wanted}`);
  }
}

async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const timeout = AbortSignal.timeout(patienceMs);
  const late = once(timeout, 'abort').then(() => {
    throw new Error(`The host did not ${what} within ${patienceMs / 1000} s`);
  });
  return Promise.race([promise, late]);
}

/** A port that nothing listens on now. Not every framework takes 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return address.port;
}
