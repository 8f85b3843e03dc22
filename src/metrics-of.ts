import type { Metrics } from './api/metrics.js';
import type { Parts } from './compose.js';
import type { Deployment } from './deployments/deployment.js';
import { batchingSummary, explanationsSummary, queueSummary, workersSummary } from './deployments/summaries.js';
import { collectMetrics } from './monitoring/metrics/collect-metrics.js';
import type { MetricsView } from './monitoring/metrics/metrics-view.js';
import type { VersionStats } from './monitoring/version-stats.js';

/** All counts and measurements, for a system that stores metrics. */
export function metricsOf(parts: Parts): Metrics {
  return collectMetrics(viewOf(parts));
}

function viewOf(parts: Parts): MetricsView {
  const { options, deployments, retired, monitor, hostLoad, latencyBuckets, door, startedAtEpochMs } = parts;
  const shadows = deployments.copies.shadows.map(({ deployment, stats }) => ({
    version: deployment.model.version,
    shadow: stats.snapshot(),
  }));
  return {
    latencyBuckets,
    counted: countedBy(parts),
    older: retired.older,
    live: deployments.live.map((deployment) => liveVersion(parts, deployment)),
    labels: [
      ...deployments.all.map(({ model: { version }, stats: { labels } }) => ({ version, labels })),
      ...retired.labels,
    ],
    drifts: deployments.live.flatMap(({ model: { version }, drift }) =>
      drift === null ? [] : [{ version, drift: drift.summary }],
    ),
    shadows: [
      ...shadows,
      ...retired.shadows.flatMap(({ version, shadow }) => (shadow === undefined ? [] : [{ version, shadow }])),
    ],
    workers: workersSummary(deployments, retired),
    queue: queueSummary(deployments, retired),
    maxQueueSize: options.maxQueueSize,
    batching: batchingSummary(deployments, retired),
    explanations: explanationsSummary(deployments, retired),
    isReady: !door.isClosed && deployments.primary.workers.ready > 0,
    startedAtEpochMs,
    alertRules: monitor.alertRules,
    activeAlerts: monitor.activeAlerts,
    host: hostLoad.reading(),
  };
}

function liveVersion({ deployments }: Parts, deployment: Deployment): MetricsView['live'][number] {
  const { model, workers } = deployment;
  const provider = workers.ready === 0 ? null : workers.provider;
  return { ...model, role: deployments.roleOf(deployment), traffic: deployments.trafficOf(deployment), provider };
}

/** The counts of versions that answer or did. A shadow's answers do not count. */
function countedBy({ deployments, retired, unrouted }: Parts): Map<string, VersionStats[]> {
  const counted = new Map<string, VersionStats[]>([['', [unrouted]]]);
  for (const stats of [...deployments.all.map((deployment) => deployment.stats), ...retired.kept]) {
    const same = counted.get(stats.version);
    if (same === undefined) counted.set(stats.version, [stats]);
    else same.push(stats);
  }
  return counted;
}
