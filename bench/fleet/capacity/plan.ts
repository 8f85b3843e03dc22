import type { Figures } from './figures.js';

/** The machines that a fleet is built from. */
export interface Machines {
  /** Worker threads of a node. A node uses one core more, for its main thread. */
  workersPerNode: number;
  /** Cores of a nats-server. */
  coresPerServer: number;
  /** Network of each machine, in gigabits a second, in each direction. */
  networkGbps: number;
  /** Rows of a message under load. */
  rowsPerMessage: number;
  /** The share of a part's capacity that is used on an ordinary day. The rest is for bursts and for nodes that are lost. */
  maxBusy: number;
}

/** The requests a second at which one part is fully busy. */
export interface PartLimits {
  /** A process that calls `RemoteScorer`, with a core for its main thread. */
  host: number;
  nodeMain: number;
  nodeWorkers: number;
  /** A server alone: all messages cross it once. */
  serverCpu: number;
  serverNetwork: number;
  /** One JetStream stream, with a request in each message. */
  stream: number;
}

export function limitsOf(figures: Figures, machines: Machines): PartLimits {
  const { client, node, server, jetStream } = figures;
  const { rowsPerMessage, workersPerNode, coresPerServer } = machines;
  return {
    host: 1e6 / (client.requestUs + client.messageUs / rowsPerMessage),
    nodeMain: 1e6 / (node.requestUs + node.messageUs / rowsPerMessage),
    nodeWorkers: (workersPerNode * 1e6) / (node.rowUs + node.batchUs / rowsPerMessage),
    serverCpu:
      (coresPerServer * 1e6) /
      ((2 * server.messageUs) / rowsPerMessage + server.kilobyteUs * kilobytes(figures, machines)),
    serverNetwork: (machines.networkGbps * 1.25e8) / (kilobytes(figures, machines) * 1_024),
    stream: jetStream.publishedPerSecond,
  };
}

/** Kilobytes of a request and its result on the wire. */
function kilobytes({ wire }: Figures, { rowsPerMessage }: Machines): number {
  return (wire.requestBytes + wire.resultBytes + (2 * wire.messageBytes) / rowsPerMessage) / 1_024;
}

/** What a rate needs. */
export interface Needs {
  requestsPerSecond: number;
  hosts: number;
  nodes: number;
  servers: number;
  /** Streams that a JetStream topic must be divided into. */
  streams: number;
  /** Cores of nodes and servers. Those of the hosts are there already. */
  cores: number;
  /** Gigabits a second that cross the busiest server, in each direction. */
  serverGbps: number;
}

/** A rate's least fleet: each part at most `maxBusy` busy, also after one node and one server are lost. */
export function needsOf(figures: Figures, machines: Machines, requestsPerSecond: number): Needs {
  const limits = limitsOf(figures, machines);
  const { maxBusy, workersPerNode, coresPerServer } = machines;
  const parts = (limit: number): number => Math.ceil(requestsPerSecond / (limit * maxBusy));
  const nodes = Math.max(parts(Math.min(limits.nodeMain, limits.nodeWorkers)) + 1, 3);
  const servers = serversFor(requestsPerSecond, Math.min(limits.serverCpu, limits.serverNetwork) * maxBusy);
  return {
    requestsPerSecond,
    hosts: parts(limits.host),
    nodes,
    servers,
    streams: parts(limits.stream),
    cores: nodes * (1 + workersPerNode) + servers * coresPerServer,
    serverGbps: (requestsPerSecond * crossings(servers) * kilobytes(figures, machines) * 1_024) / servers / 1.25e8,
  };
}

/**
 * A fleet of equal cells. A cell is a service of its own, with its own subject, servers and nodes: a host has fewer nodes to choose from, so that its
 * messages have more requests.
 */
export interface Cells {
  cells: number;
  /** What one cell needs. */
  cell: Needs;
}

/** @param mostPerCell requests a second of one cell, at most. */
export function cellsOf(figures: Figures, machines: Machines, requestsPerSecond: number, mostPerCell: number): Cells {
  const cells = Math.ceil(requestsPerSecond / mostPerCell);
  return { cells, cell: needsOf(figures, machines, requestsPerSecond / cells) };
}

/** How often a message crosses a server of a cluster: once, and once more where its two sides are on different servers. */
function crossings(servers: number): number {
  return 2 - 1 / servers;
}

/** @param limit requests a second of one server. @returns at least 3, the least that survives the loss of one with JetStream. */
function serversFor(requestsPerSecond: number, limit: number): number {
  // Two messages of a request cross both servers in the worst case, so that the first estimate is at most twice too small.
  for (let servers = 3; ; servers += 1) {
    if (requestsPerSecond * crossings(servers) <= limit * (servers - 1)) return servers;
  }
}
