import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FleetDeployments } from '../../src/integrations/nats/control/index.js';
import { NatsServer } from '../support/nats-server.js';
import { projectPath } from '../support/paths.js';
import { Versions } from '../support/versions.js';

const patient = { timeout: 60_000, interval: 50 };
const name = 'cards';

interface Line {
  type: string;
  version: string | null;
  at: number;
  sent?: number;
  faults?: string[];
}

/** A node as a process of its own, so that it can be killed. */
class Node {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;

  constructor(
    readonly id: string,
    env: Record<string, string>,
  ) {
    this.#child = spawn(process.execPath, [projectPath('test/fixtures/hosts/fleet-node.mjs')], {
      env: { ...process.env, ...env, ID: id, NAME: name },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('expected a pipe');
    createInterface(stdout).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  find(type: string, version: string): Line | undefined {
    return this.lines.findLast((line) => line.type === type && line.version === version);
  }

  get isReady(): boolean {
    return this.lines.some(({ type }) => type === 'ready');
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill(signal);
    await ended;
  }
}

describe('a fleet of three nodes', () => {
  let server: NatsServer;
  let versions: Versions;
  let connection: NatsConnection;
  let fleet: FleetDeployments;
  let env: Record<string, string>;
  const nodes: Node[] = [];
  /** The node that was stopped for a while, in which its requests expire. */
  let hungId: string | undefined;
  const start = (id: string): Node => {
    const node = new Node(id, env);
    nodes.push(node);
    return node;
  };

  beforeAll(async () => {
    server = await NatsServer.start();
    versions = await Versions.make();
    const models = join(versions.folder, 'models');
    await mkdir(join(models, 'sqrt'), { recursive: true });
    for (const version of ['1', '2', '3', '4', '5']) {
      await cp(await versions.sqrt(version, 1), join(models, 'sqrt', version), { recursive: true });
    }
    env = { URL: server.url, MODEL: join(models, 'sqrt/1'), MODELS: models };
    connection = await server.connect();
    fleet = await FleetDeployments.connect(connection, { name });
    await fleet.deploy({ model: 'sqrt', version: '1' });
    for (const id of ['a', 'b', 'c']) start(id);
    await vi.waitUntil(() => nodes.every(({ isReady }) => isReady), patient);
    await fleet.settled();
  });
  afterAll(async () => {
    for (const node of nodes) await node.kill('SIGKILL');
    await connection.close();
    await versions[Symbol.asyncDispose]();
    await server.stop();
  });

  /** The steps of a version's canary that were ever written, in order. */
  async function stepsOf(version: string): Promise<number[]> {
    const desired = await new Kvm(connection).open('fraud-scorer');
    const steps: number[] = [];
    for await (const { value } of await desired.history({ key: `desired.${name}` })) {
      const { canary } = JSON.parse(new TextDecoder().decode(value));
      const isNew = canary?.version === version && canary.state !== 'promoted' && canary.step !== steps.at(-1);
      if (isNew) steps.push(canary.step);
    }
    return steps;
  }

  it('takes a hot update, and rolls back in less than 5 s', async () => {
    await fleet.deploy({ version: '2' });
    expect(await fleet.settled()).toMatchObject({ version: '2', state: 'done' });
    for (const node of nodes) expect(node.find('deployed', '2')).toBeDefined();
    const before = Date.now();
    await fleet.rollback();
    await expect.poll(() => nodes.every((node) => node.find('rolledBack', '1') !== undefined), patient).toBe(true);
    const took = nodes.map((node) => (node.find('rolledBack', '1')?.at ?? Number.NaN) - before);
    console.log(`The rollback reached the nodes after ${took.join(', ')} ms`);
    for (const ms of took) expect(ms).toBeLessThan(5_000);
    await fleet.settled();
  });

  it('aborts a canary that blocks three times as much, on all nodes', async () => {
    const canary = { steps: [0.3, 1], stepMs: 20_000, minRequests: 50, maxBlockRateChange: 0.05 };
    await fleet.deploy({ version: '3', policy: { blockProbability: 0.6 }, canary });
    await expect.poll(async () => (await fleet.state()).state.canary?.state, patient).toBe('aborted');
    const { state } = await fleet.state();
    expect(state).toMatchObject({
      primary: { version: '1' },
      canary: { version: '3', reason: expect.stringMatching(/it blocks/) },
    });
    await fleet.settled();
    for (const node of nodes) expect(node.find('retired', '3')).toBeDefined();
    for (const { versions: has } of await fleet.nodes()) {
      expect(has.map(({ version, role }) => [version, role])).toContainEqual(['1', 'primary']);
    }
  });

  it('promotes a canary although its leader is killed and a node joins meanwhile', { timeout: 90_000 }, async () => {
    const canary = {
      steps: [0.2, 0.5, 1],
      stepMs: 4_000,
      minRequests: 50,
      maxBlockRateChange: 0.1,
      maxLatencyRatio: 50,
    };
    await fleet.deploy({ version: '4', canary });
    await expect.poll(async () => (await fleet.state()).state.rollout?.state, patient).toBe('done');
    const joined = start('d');
    const nodesBucket = await new Kvm(connection).open('fraud-scorer-nodes');
    await expect.poll(async () => (await fleet.state()).state.canary?.step, patient).toBe(1);
    const leader = (await nodesBucket.get(`lead.${name}`))?.string();
    const killed = nodes.find(({ id }) => id === leader);
    expect(killed).toBeDefined();
    await killed?.kill('SIGKILL');
    await expect.poll(() => joined.isReady, patient).toBe(true);
    expect(joined.find('deployed', '4') ?? joined.find('promoted', '4')).toBeDefined();
    await expect.poll(async () => (await fleet.state()).state.canary?.state, patient).toBe('promoted');
    await fleet.settled();
    expect(await stepsOf('4')).toEqual([0, 1]);
    const left = await fleet.nodes();
    expect(left.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'].filter((id) => id !== leader));
    for (const { versions: has } of left)
      expect(has).toContainEqual(expect.objectContaining({ version: '4', role: 'primary', traffic: 1 }));
  });

  it('moves the lead away from a node that hangs, and takes no step twice when it goes on', {
    timeout: 90_000,
  }, async () => {
    const canary = {
      steps: [0.2, 0.4, 1],
      stepMs: 6_000,
      minRequests: 50,
      maxBlockRateChange: 0.1,
      maxLatencyRatio: 50,
    };
    await fleet.deploy({ version: '5', canary: { ...canary, maxErrorRate: 1 } });
    await expect.poll(async () => (await fleet.state()).state.rollout?.state, patient).toBe('done');
    const nodesBucket = await new Kvm(connection).open('fraud-scorer-nodes');
    const lead = async () => (await nodesBucket.get(`lead.${name}`))?.string();
    const first = await lead();
    const hung = nodes.find(({ id }) => id === first);
    hungId = hung?.id;
    hung?.send('SIGSTOP');
    await expect.poll(async () => ![first, undefined].includes(await lead()), patient).toBe(true);
    hung?.send('SIGCONT');
    await expect.poll(async () => (await fleet.state()).state.canary?.state, patient).toBe('promoted');
    await fleet.settled();
    expect(await stepsOf('5')).toEqual([0, 1]);
    for (const { versions: has } of await fleet.nodes())
      expect(has).toContainEqual(expect.objectContaining({ version: '5', role: 'primary', traffic: 1 }));
  });

  it('has failed no request and used no version that was not live', async () => {
    for (const node of nodes) await node.kill('SIGTERM');
    const ended = nodes.flatMap(({ id, lines }) =>
      lines.filter(({ type }) => type === 'ended').map((line) => ({ ...line, id })),
    );
    expect(ended).toHaveLength(3);
    for (const { id, sent, faults = [] } of ended) {
      expect(sent).toBeGreaterThan(1_000);
      expect(faults.filter((fault) => id !== hungId || fault !== 'ERR_DEADLINE_EXCEEDED')).toEqual([]);
    }
  });
});
