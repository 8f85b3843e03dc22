import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { NatsServer } from '../../support/nats-server.js';
import { unacknowledged } from '../../support/nats-streams.js';
import { Versions } from '../../support/versions.js';
import { checkDecisions, type DecisionCheck } from './check-decisions.js';
import { FleetNode, type NodeTask } from './fleet-node.js';
import { sendTransactions } from './send-transactions.js';

/** How much of it. */
export interface StreamChaosOptions {
  transactions: number;
  /** Faults, spread evenly over the transactions. At least one of each kind with 5. 0 measures the throughput. */
  faults: number;
  ackWaitMs: number;
  onProgress?: (decided: number, fault: Fault | null) => void;
}

/** What was seen. */
export interface StreamChaosReport extends DecisionCheck {
  faults: Record<Fault, number>;
  /** Why it did not come to its end; null if it did. */
  stalled: string | null;
}

const kinds = ['killed', 'hung', 'drained', 'server killed', 'server restarted'] as const;
export type Fault = (typeof kinds)[number];

const fleetSize = 3;
const scales = { 1: 1, 2: 2 };

/** Without a new decision for so long it has stalled. */
const longestPauseMs = 90_000;

const pollMs = 20;

/** Runs three nodes over a stream of transactions, does harm to them and to the server, updates the model, and checks the decisions. */
export async function runStreamChaos(options: StreamChaosOptions): Promise<StreamChaosReport> {
  await using versions = await Versions.make();
  const models = { 1: await versions.sqrt('1', scales[1]), 2: await versions.sqrt('2', scales[2]) };
  const server = await NatsServer.start();
  const connection = await server.connect({ noAsyncTraces: true });
  const all: FleetNode[] = [];
  try {
    await createStreams(connection);
    const { ackWaitMs } = options;
    const fleet = new Fleet({ url: server.url, model: models[1], ackWaitMs, maxInFlight: 1_024 }, all);
    await fleet.start();
    const ending = await harm(connection, server, fleet, models[2], options);
    const check = await checkDecisions(connection, options.transactions, all, scales);
    return { ...check, ...ending };
  } finally {
    await Promise.all(all.map((node) => node.kill()));
    await connection.close();
    await server.stop();
  }
}

/** Three nodes; a fourth takes the place of one that ends. */
class Fleet {
  readonly #all: FleetNode[];
  #task: NodeTask;
  #nodes: FleetNode[] = [];
  #turn = 0;

  constructor(task: NodeTask, all: FleetNode[]) {
    this.#task = task;
    this.#all = all;
  }

  async start(): Promise<void> {
    for (let count = 0; count < fleetSize; count += 1) this.#add();
    await Promise.all(this.#nodes.map(({ ready }) => ready));
  }

  deploy(directory: string, version: string): void {
    this.#task = { ...this.#task, model: directory };
    for (const node of this.#nodes) node.deploy(directory, version);
  }

  async kill(): Promise<void> {
    await this.#replace((node) => node.kill());
  }

  async drain(): Promise<void> {
    await this.#replace((node) => node.drain());
  }

  /** Longer than the ack wait, so that the server gives its messages to others. */
  async hang(): Promise<void> {
    const node = this.#next();
    node.stopClock();
    await pause(this.#task.ackWaitMs * 1.5);
    node.continueClock();
  }

  async #replace(end: (node: FleetNode) => Promise<void>): Promise<void> {
    const node = this.#next();
    await end(node);
    this.#nodes = this.#nodes.filter((other) => other !== node);
    await this.#add().ready;
  }

  #next(): FleetNode {
    this.#turn += 1;
    const node = this.#nodes[this.#turn % this.#nodes.length];
    if (node === undefined) throw new Error('expected a node');
    return node;
  }

  #add(): FleetNode {
    const node = new FleetNode(this.#task);
    this.#nodes.push(node);
    this.#all.push(node);
    return node;
  }
}

async function createStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  const window = { duplicate_window: 1_800e9 };
  await manager.streams.add({ name: 'TRANSACTIONS', subjects: ['transactions.>'], ...window });
  await manager.streams.add({ name: 'DECISIONS', subjects: ['decisions.>', 'dead'], ...window });
}

/** Sends the transactions in slices, with one fault while each is decided. Deploys the second version halfway, and waits for the end. */
async function harm(
  connection: NatsConnection,
  server: NatsServer,
  fleet: Fleet,
  secondModel: string,
  { transactions, faults, onProgress }: StreamChaosOptions,
): Promise<Pick<StreamChaosReport, 'faults' | 'stalled'>> {
  const done: Record<Fault, number> = {
    killed: 0,
    hung: 0,
    drained: 0,
    'server killed': 0,
    'server restarted': 0,
  };
  const act: Record<Fault, () => Promise<void>> = {
    killed: () => fleet.kill(),
    hung: () => fleet.hang(),
    drained: () => fleet.drain(),
    'server killed': () => server.halt('SIGKILL').then(() => server.restart()),
    'server restarted': () => server.halt('SIGTERM').then(() => server.restart()),
  };
  const progress = new DecidedProgress(connection, onProgress);
  const size = Math.ceil(transactions / (faults + 1));
  try {
    for (let slice = 0; slice * size < transactions; slice += 1) {
      const [from, to] = [slice * size, Math.min((slice + 1) * size, transactions)];
      const sent = sendTransactions(connection, from, to);
      await progress.reach(from + Math.floor((to - from) / 3));
      const kind = kinds[slice % kinds.length];
      if (kind !== undefined && slice < faults) {
        onProgress?.(progress.decided, kind);
        await act[kind]();
        done[kind] += 1;
      }
      if (slice === Math.floor(faults / 2)) fleet.deploy(secondModel, '2');
      await sent;
    }
    await progress.reach(transactions);
    while ((await unacknowledged(connection, 'TRANSACTIONS', 'fraud')) > 0) await pause(pollMs);
    return { faults: done, stalled: null };
  } catch (error) {
    if (error instanceof StalledError) return { faults: done, stalled: error.message };
    throw error;
  }
}

class StalledError extends Error {}

/** How many decisions the stream has. */
class DecidedProgress {
  decided = 0;
  readonly #connection: NatsConnection;
  readonly #onProgress: StreamChaosOptions['onProgress'];

  constructor(connection: NatsConnection, onProgress: StreamChaosOptions['onProgress']) {
    this.#connection = connection;
    this.#onProgress = onProgress;
  }

  /** Resolves when so many are decided. @throws {StalledError} */
  async reach(count: number): Promise<void> {
    let changedAt = performance.now();
    while (this.decided < count) {
      const before = this.decided;
      this.decided = (await decisionsOf(this.#connection)) ?? before;
      if (this.decided > before) changedAt = performance.now();
      if (performance.now() - changedAt > longestPauseMs) {
        throw new StalledError(`no new decision for ${longestPauseMs / 1_000} s after ${before}`);
      }
      this.#onProgress?.(this.decided, null);
      await pause(pollMs);
    }
  }
}

/** @returns null while the server cannot say. */
async function decisionsOf(connection: NatsConnection): Promise<number | null> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return (await manager.streams.info('DECISIONS')).state.messages;
  } catch {
    return null;
  }
}
