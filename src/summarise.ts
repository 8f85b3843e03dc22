import type { Health } from './api/health.js';
import type { Summary } from './api/summary.js';
import type { Parts } from './compose.js';
import { batchingSummary, explanationsSummary, queueSummary, workersSummary } from './deployments/summaries.js';
import { healthOf } from './monitoring/health.js';
import type { VersionStats, VersionStatsSummary } from './monitoring/version-stats.js';

/** Everything measured, as plain JSON. */
export function summaryOf({ clock, deployments, retired, operations, monitor, hostLoad, startedAt }: Parts): Summary {
  const live = new Set(deployments.all.map(({ stats }) => stats));
  const read = new Map<VersionStats, VersionStatsSummary>();
  // The same pass over a version's histograms gives its own summary and its part of the sum.
  const { performance, recent, requests, business, activeAlerts } = monitor.summary((stats, sinceStart) => {
    if (live.has(stats)) read.set(stats, stats.summaryFrom(sinceStart));
  });
  return {
    model: { ...deployments.primary.model },
    timestamp: new Date(clock.epochMs()).toISOString(),
    uptimeSeconds: (clock.now() - startedAt) / 1000,
    performance,
    recent,
    requests,
    business,
    explanations: explanationsSummary(deployments, retired),
    workers: workersSummary(deployments, retired),
    queue: queueSummary(deployments, retired),
    batching: batchingSummary(deployments, retired),
    deployments: operations.summariesBy((stats) => read.get(stats) ?? stats.summary()),
    host: hostLoad.summary(),
    activeAlerts,
  };
}

/** Whether a scorer can answer. */
export function healthOfParts({ options, deployments, retired, monitor, door }: Parts): Health {
  const { ready, provider, providers, devices } = workersSummary(deployments, retired);
  return healthOf({
    closed: door.isClosed,
    readyWorkers: ready,
    versions: [deployments.primary, ...deployments.serving.filter((other) => other !== deployments.primary)].map(
      ({ model: { version }, workers }) => ({ version, ready: workers.ready, configured: workers.configured }),
    ),
    provider: ready === 0 ? null : provider,
    providers,
    devices,
    queueDepth: deployments.waiting,
    maxQueueSize: options.maxQueueSize,
    findings: monitor.findings,
  });
}
