import type { DashboardFleet, DashboardNode } from '../../../api/dashboard.js';
import type { NodeSums } from './node-sums.js';

/** The most nodes that the page lists. */
const shownNodes = 200;

/** @param before the nodes of the look before, for rates. */
export function nodesShown(
  nodes: readonly NodeSums[],
  missing: readonly string[],
  before: readonly NodeSums[],
): DashboardFleet {
  const earlier = new Map(before.map((node) => [node.id, node]));
  const gone = missing.slice(0, shownNodes).map(missingNode);
  const there = nodes.slice(0, shownNodes - gone.length).map((node) => shown(node, earlier.get(node.id)));
  return { answering: nodes.length, missing: missing.length, nodes: [...gone, ...there] };
}

/** The earlier reading of the same run of a node; null if the node has started again since. */
export function earlierOf(node: NodeSums, before: NodeSums | undefined): NodeSums | null {
  return before === undefined || before.reading.uptimeSeconds > node.reading.uptimeSeconds ? null : before;
}

function shown(node: NodeSums, before: NodeSums | undefined): DashboardNode {
  const { queue, workers, health, uptimeSeconds } = node.reading;
  const { latencyMs, errorRate } = node.recent.summary();
  const earlier = earlierOf(node, before);
  const seconds = earlier === null ? 0 : uptimeSeconds - earlier.reading.uptimeSeconds;
  return {
    id: node.id,
    status: health.status,
    reasons: health.reasons,
    answered:
      earlier === null || seconds <= 0 ? null : (node.all.decisions.total - earlier.all.decisions.total) / seconds,
    errorRate,
    p50: latencyMs.p50,
    p99: latencyMs.p99,
    queued: queue.depth,
    inFlight: queue.inFlight,
    workers: { ready: workers.ready, configured: workers.configured },
    versions: node.versions
      .filter(({ facts }) => facts.role !== 'retired')
      .map(({ facts: { version, role, traffic } }) => ({ version, role, traffic })),
    uptimeSeconds,
  };
}

function missingNode(id: string): DashboardNode {
  return {
    id,
    status: 'missing',
    reasons: ['it does not answer'],
    answered: null,
    errorRate: null,
    p50: null,
    p99: null,
    queued: 0,
    inFlight: 0,
    workers: { ready: 0, configured: 0 },
    versions: [],
    uptimeSeconds: null,
  };
}
