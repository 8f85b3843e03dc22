import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { Versions } from '../support/versions.js';

let versions: Versions;
let first: string;
let second: string;

beforeAll(async () => {
  versions = await Versions.make();
  first = await versions.sqrt('1');
  second = await versions.sqrt('2', 4);
});

afterAll(() => versions[Symbol.asyncDispose]());

type HostEvent = Readonly<Record<string, unknown>> & { event: string };

/** A host in a process of its own, and clients that ask it without a pause. */
class AdaptedHost {
  readonly #child: ChildProcess;
  readonly #events: HostEvent[] = [];
  readonly #exited: Promise<unknown[]>;
  #port = 0;

  static async start(name: string): Promise<AdaptedHost> {
    const host = new AdaptedHost(name);
    const { port } = await host.event('listening');
    host.#port = Number(port);
    return host;
  }

  constructor(name: string) {
    this.#child = fork(projectPath('test/fixtures/hosts/adapted-host.mjs'), [name, first]);
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', (event: HostEvent) => this.#events.push(event));
  }

  /** The first of this name, once it has come. */
  async event(name: string): Promise<HostEvent> {
    for (;;) {
      const found = this.#events.find(({ event }) => event === name);
      if (found !== undefined) return found;
      const [ended] = await Promise.race([
        once(this.#child, 'message').then(() => [false]),
        this.#exited.then(() => [true]),
      ]);
      if (ended === true && !this.#events.some(({ event }) => event === name))
        throw new Error(`${name}: the host ended`);
    }
  }

  tell(what: object): void {
    this.#child.send(what);
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  async exitCode(): Promise<unknown> {
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }

  /** A probe whose head is not complete yet: the server keeps its connection while it ends. */
  async beginProbe(): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /fraud/health/ready HTTP/1.1\r\nHost: localhost\r\n');
    return socket;
  }

  /** Resolves once it takes no connections any more. */
  async refuses(): Promise<void> {
    for (let isOpen = true; isOpen; ) {
      const socket = connect(this.#port, '127.0.0.1');
      isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
    }
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  /** @returns null where the connection was refused, or ended without an answer: the host has not taken it. */
  async score(id: string): Promise<{ status: number; version: string } | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/fraud/score`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id, features: { x: [0.25] } }),
      });
      const { model } = (await response.json()) as { model?: { version: string } };
      return { status: response.status, version: model?.version ?? '' };
    } catch {
      return null;
    }
  }
}

/** Sixteen clients, each with a request at a time, until one of them is told to stop or is no longer answered. */
class Clients {
  readonly statuses: number[] = [];
  readonly versions = new Set<string>();
  lost = 0;
  #stopped = false;
  readonly #all: Promise<unknown>;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  constructor(host: AdaptedHost) {
    this.#all = Promise.all(Array.from({ length: 16 }, (_, client) => this.#run(host, client)));
  }

  /** Resolves after so many more answers. */
  answers(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.statuses.length + count, resolve }));
  }

  async end(): Promise<void> {
    this.#stopped = true;
    await this.#all;
  }

  /** Resolves once no client is answered any more. */
  async turnedAway(): Promise<void> {
    await this.#all;
  }

  async #run(host: AdaptedHost, client: number): Promise<void> {
    for (let sent = 0; !this.#stopped; sent += 1) {
      const answer = await host.score(`${client}-${sent}`);
      if (answer === null) {
        this.lost += 1;
        return;
      }
      this.statuses.push(answer.status);
      this.versions.add(answer.version);
      for (const { count, resolve } of this.#waiting) if (this.statuses.length >= count) resolve();
    }
  }
}

/** Completes a probe. @returns all that comes. */
async function answerOf(probe: Socket): Promise<string> {
  let text = '';
  probe.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const ended = once(probe, 'end');
  probe.write('Connection: close\r\n\r\n');
  await ended;
  return text;
}

const names = ['node:http', 'Express 4', 'Express 5', 'Fastify 5', 'NestJS on Express', 'NestJS on Fastify'];

describe.each(names)('a host with %s, under load', (name) => {
  let host: AdaptedHost;

  afterEach(() => host.kill());

  it('answers every request through a hot update, a killed worker and SIGTERM, and is not ready while it ends', async () => {
    host = await AdaptedHost.start(name);
    const clients = new Clients(host);
    await clients.answers(50);
    host.tell({ deploy: second });
    expect(await host.event('deployed')).toMatchObject({ version: '2' });
    await clients.answers(50);
    expect(clients.versions).toEqual(new Set(['1', '2']));
    host.tell({ kill: true });
    await host.event('workerLost');
    await clients.answers(50);
    expect(clients.lost).toBe(0);
    const [ready, ending] = [await host.beginProbe(), await host.beginProbe()];
    expect(await answerOf(ready)).toMatch(/^HTTP\/1.1 200 /);
    host.stop();
    await host.refuses();
    expect(await answerOf(ending)).toMatch(/^HTTP\/1.1 503 [\s\S]*"ready":false/);
    await clients.turnedAway();
    expect(new Set(clients.statuses)).toEqual(new Set([200]));
    // What was scored was answered.
    expect(await host.event('stopped')).toMatchObject({
      abandoned: 0,
      requests: { total: clients.statuses.length, succeeded: clients.statuses.length },
    });
    expect(await host.exitCode()).toBe(0);
  });
});
