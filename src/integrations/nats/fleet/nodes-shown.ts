import type { DashboardFleet, DashboardNode } from '../../../api/dashboard.js';
import type { FleetNodeSummary } from './fleet-summary.js';
import type { NodeSums } from './node-sums.js';

/** The most nodes that the page lists. */
const shownNodes = 200;

/** @param before the nodes of the look before, for rates. */
export function nodesShown(
  nodes: readonly FleetNodeSummary[],
  missing: readonly string[],
  before: readonly NodeSums[],
): DashboardFleet {
  const earlier = new Map(before.map((node) => [node.id, node]));
  const all = [...missing.map(missingNode), ...nodes.map((node) => shown(node, earlier.get(node.id)))];
  return { answering: nodes.length, missing: missing.length, nodes: all.slice(0, shownNodes) };
}

/** The earlier reading of the same run of a node; null if the node has started again since. */
export function earlierOf(node: NodeSums, before: NodeSums | undefined): NodeSums | null {
  return before === undefined || before.reading.uptimeSeconds > node.reading.uptimeSeconds ? null : before;
}

function shown({ id, health, summary }: FleetNodeSummary, before: NodeSums | undefined): DashboardNode {
  const { business, recent, queue, workers, deployments, uptimeSeconds } = summary;
  const { latencyMs, errorRate } = recent.performance;
  const seconds = before === undefined ? 0 : uptimeSeconds - before.reading.uptimeSeconds;
  const answered =
    before === undefined || seconds <= 0 ? null : (business.total - before.all.decisions.total) / seconds;
  return {
    id,
    status: health.status,
    reasons: health.reasons,
    answered,
    errorRate,
    p50: latencyMs.p50,
    p99: latencyMs.p99,
    queued: queue.depth,
    inFlight: queue.inFlight,
    workers: { ready: workers.ready, configured: workers.configured },
    versions: deployments
      .filter(({ role }) => role !== 'retired')
      .map(({ version, role, traffic }) => ({ version, role, traffic })),
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
