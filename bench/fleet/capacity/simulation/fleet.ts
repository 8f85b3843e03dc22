import type { Figures } from '../figures.js';
import { Histogram } from './histogram.js';
import { Processor } from './processor.js';
import { Timeline } from './timeline.js';

/** A fleet that is simulated. */
export interface FleetPlan {
  /** Requests a second, of all hosts together. They come at random (Poisson). */
  requestsPerSecond: number;
  /** Processes that call `RemoteScorer`. */
  hosts: number;
  /** Scoring nodes: processes with a main thread. */
  nodes: number;
  /** Worker threads of a node, each with a core. */
  workersPerNode: number;
  /** Servers of the NATS cluster. */
  servers: number;
  /** Cores that a server uses at once. */
  coresPerServer: number;
  /** Messages that a host has outstanding at one node. */
  messagesPerNode: number;
  /** Rows of a message, and of a batch, at most. */
  maxRows: number;
  /** Time that a message is on the network between two machines. */
  hopUs: number;
  /** A node that is killed in the middle of the run. Its messages are sent again to others. */
  killsNode: boolean;
}

/** What a simulation gave. */
export interface FleetOutcome {
  latencyMs: { p50: number; p99: number; p999: number };
  /** Requests that were answered, by those that came. */
  answered: number;
  rowsPerMessage: number;
  /** Busy shares, in [0, 1], of the busiest of each kind. */
  busy: { host: number; node: number; worker: number; server: number };
}

interface Message {
  readonly arrivalsUs: number[];
  readonly host: Host;
  node: Node;
}

class Host {
  readonly processor: Processor;
  readonly waiting: number[] = [];
  readonly outstanding: Int32Array;
  isTurnPlanned = false;

  constructor(
    timeline: Timeline,
    nodes: number,
    readonly server: Server,
  ) {
    this.processor = new Processor(timeline);
    this.outstanding = new Int32Array(nodes);
  }
}

/** A nats-server. Its cores share its connections, so that several messages are handled at once. */
class Server {
  readonly cores: Processor[];

  constructor(timeline: Timeline, cores: number) {
    this.cores = Array.from({ length: cores }, () => new Processor(timeline));
  }
}

class Node {
  readonly main: Processor;
  readonly workers: Processor[];
  /** Rows that wait for a worker, with the message that they belong to. */
  readonly waiting: { message: Message; rows: number; left: number }[] = [];
  readonly inFlight = new Set<Message>();
  isAlive = true;

  constructor(
    timeline: Timeline,
    workers: number,
    readonly index: number,
    readonly server: Server,
  ) {
    this.main = new Processor(timeline);
    this.workers = Array.from({ length: workers }, () => new Processor(timeline));
  }
}

/** How long the run warms up before it is measured. */
const warmUpUs = 100_000;

/**
 * Simulates requests that pass from hosts over NATS to nodes and back. Each thread is a queue with the measured times of work; the network
 * only delays. It knows no garbage collection and no noisy neighbours: what it shows is the least that a fleet of this size has.
 */
export class FleetSimulation {
  readonly #figures: Figures;
  readonly #plan: FleetPlan;
  readonly #timeline = new Timeline();
  readonly #servers: Server[];
  readonly #nodes: Node[];
  readonly #hosts: Host[];
  readonly #random: () => number;
  readonly #latencies = new Histogram();
  #came = 0;
  #answered = 0;
  #messages = 0;
  #sentRows = 0;

  /** @param random numbers in [0, 1). */
  constructor(figures: Figures, plan: FleetPlan, random: () => number) {
    const timeline = this.#timeline;
    this.#figures = figures;
    this.#plan = plan;
    this.#random = random;
    this.#servers = Array.from({ length: plan.servers }, () => new Server(timeline, plan.coresPerServer));
    this.#nodes = Array.from(
      { length: plan.nodes },
      (_, index) => new Node(timeline, plan.workersPerNode, index, this.#serverOf(index)),
    );
    this.#hosts = Array.from(
      { length: plan.hosts },
      (_, index) => new Host(timeline, plan.nodes, this.#serverOf(index)),
    );
  }

  /** @param runUs how long requests come, after the warm-up. */
  run(runUs: number): FleetOutcome {
    for (const host of this.#hosts) this.#timeline.after(this.#untilNext(), () => this.#arrive(host));
    if (this.#plan.killsNode) this.#timeline.after(warmUpUs + runUs / 2, () => this.#kill());
    const endUs = warmUpUs + runUs;
    this.#timeline.runUntil(endUs);
    return {
      latencyMs: this.#latencies.percentilesMs(),
      answered: this.#came === 0 ? 0 : this.#answered / this.#came,
      rowsPerMessage: this.#sentRows / this.#messages,
      busy: {
        host: busiest(this.#hosts.map(({ processor }) => processor)) / endUs,
        node: busiest(this.#nodes.map(({ main }) => main)) / endUs,
        worker: busiest(this.#nodes.flatMap(({ workers }) => workers)) / endUs,
        server: busiest(this.#servers.flatMap(({ cores }) => cores)) / endUs,
      },
    };
  }

  #serverOf(index: number): Server {
    return this.#servers[index % this.#servers.length] as Server;
  }

  #untilNext(): number {
    const perUs = this.#plan.requestsPerSecond / this.#plan.hosts / 1e6;
    return -Math.log(1 - this.#random()) / perUs;
  }

  #arrive(host: Host): void {
    const { nowUs } = this.#timeline;
    host.waiting.push(nowUs);
    if (nowUs > warmUpUs) this.#came += 1;
    this.#timeline.after(this.#untilNext(), () => this.#arrive(host));
    this.#planTurn(host);
  }

  /** What comes in one turn of the host's event loop goes in one message. */
  #planTurn(host: Host): void {
    if (host.isTurnPlanned) return;
    host.isTurnPlanned = true;
    host.processor.work(0, () => {
      host.isTurnPlanned = false;
      this.#send(host);
    });
  }

  #send(host: Host): void {
    const { messagesPerNode, maxRows } = this.#plan;
    const { client } = this.#figures;
    while (host.waiting.length > 0) {
      const node = this.#leastBusy(host);
      if (node === null || (host.outstanding[node.index] as number) >= messagesPerNode) return;
      const message: Message = { arrivalsUs: host.waiting.splice(0, maxRows), host, node };
      host.outstanding[node.index] = (host.outstanding[node.index] as number) + 1;
      this.#messages += 1;
      this.#sentRows += message.arrivalsUs.length;
      host.processor.work(client.messageUs / 2 + (message.arrivalsUs.length * client.requestUs) / 2, () =>
        this.#toNode(message),
      );
    }
  }

  #leastBusy(host: Host): Node | null {
    let least: Node | null = null;
    // From another place each time, so that equal nodes take turns.
    const from = Math.floor(this.#random() * this.#nodes.length);
    for (let step = 0; step < this.#nodes.length; step += 1) {
      const node = this.#nodes[(from + step) % this.#nodes.length] as Node;
      if (!node.isAlive) continue;
      if (least === null || (host.outstanding[node.index] as number) < (host.outstanding[least.index] as number))
        least = node;
      if (host.outstanding[least.index] === 0) break;
    }
    return least;
  }

  #toNode(message: Message): void {
    const { node, host } = message;
    const { wire, node: costs } = this.#figures;
    const rows = message.arrivalsUs.length;
    node.inFlight.add(message);
    this.#cross(host.server, node.server, wire.messageBytes + rows * wire.requestBytes, () => {
      if (!node.isAlive) return;
      node.main.work(costs.messageUs / 2 + (rows * costs.requestUs) / 2, () => {
        if (!node.isAlive) return;
        node.waiting.push({ message, rows, left: rows });
        this.#startBatches(node);
      });
    });
  }

  #startBatches(node: Node): void {
    const { batchUs, rowUs } = this.#figures.node;
    for (const worker of node.workers) {
      if (node.waiting.length === 0) return;
      if (!worker.isFree) continue;
      const parts = this.#takeBatch(node);
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      worker.work(batchUs + rows * rowUs, () => {
        if (!node.isAlive) return;
        for (const { entry, rows: done } of parts) {
          entry.left -= done;
          if (entry.left === 0) this.#reply(entry.message);
        }
        this.#startBatches(node);
      });
    }
  }

  #takeBatch(node: Node): { entry: Node['waiting'][number]; rows: number }[] {
    const parts = [];
    let room = this.#plan.maxRows;
    while (room > 0 && node.waiting.length > 0) {
      const entry = node.waiting[0] as Node['waiting'][number];
      const rows = Math.min(room, entry.rows);
      entry.rows -= rows;
      room -= rows;
      parts.push({ entry, rows });
      if (entry.rows === 0) node.waiting.shift();
    }
    return parts;
  }

  #reply(message: Message): void {
    const { node, host } = message;
    const { wire, node: costs, client } = this.#figures;
    const rows = message.arrivalsUs.length;
    node.main.work(costs.messageUs / 2 + (rows * costs.requestUs) / 2, () => {
      if (!node.isAlive) return;
      this.#cross(node.server, host.server, wire.messageBytes + rows * wire.resultBytes, () => {
        host.processor.work(client.messageUs / 2 + (rows * client.requestUs) / 2, () => this.#settle(message));
      });
    });
  }

  #settle(message: Message): void {
    const { node, host } = message;
    if (!node.inFlight.delete(message)) return;
    host.outstanding[node.index] = (host.outstanding[node.index] as number) - 1;
    const { nowUs } = this.#timeline;
    for (const arrivalUs of message.arrivalsUs) {
      if (arrivalUs <= warmUpUs) continue;
      this.#answered += 1;
      this.#latencies.record(nowUs - arrivalUs);
    }
    this.#planTurn(host);
  }

  /** Passes a message through the servers of both sides. */
  #cross(from: Server, to: Server, bytes: number, arrived: () => void): void {
    const { messageUs, kilobyteUs } = this.#figures.server;
    const { hopUs } = this.#plan;
    const workUs = messageUs + (bytes / 1_024) * kilobyteUs;
    const pass = (server: Server, next: () => void): void => {
      const core = server.cores.find(({ isFree }) => isFree) ?? this.#anyCore(server);
      this.#timeline.after(hopUs, () => core.work(workUs, next));
    };
    const deliver = (): void => this.#timeline.after(hopUs, arrived);
    pass(from, from === to ? deliver : () => pass(to, deliver));
  }

  #anyCore(server: Server): Processor {
    return server.cores[Math.floor(this.#random() * server.cores.length)] as Processor;
  }

  /** The first node ends. Hosts hear at their next message that nobody listens there, and send again what it held. */
  #kill(): void {
    const [node] = this.#nodes;
    if (node === undefined) return;
    node.isAlive = false;
    const lost = [...node.inFlight];
    node.inFlight.clear();
    this.#timeline.after(4 * this.#plan.hopUs, () => {
      for (const message of lost) {
        const other = this.#leastBusy(message.host);
        if (other === null) return;
        message.node = other;
        message.host.outstanding[other.index] = (message.host.outstanding[other.index] as number) + 1;
        this.#toNode(message);
      }
    });
  }
}

function busiest(processors: readonly Processor[]): number {
  return processors.reduce((most, { busyUs }) => Math.max(most, busyUs), 0);
}
