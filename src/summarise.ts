import type { Health } from './api/health.js';
import type { Summary } from './api/summary.js';
import type { Parts } from './compose.js';
import { batchingSummary, explanationsSummary, queueSummary, workersSummary } from './deployments/summaries.js';
import { healthOf } from './monitoring/health.js';

/** Everything measured, as plain JSON. */
export function summaryOf({ clock, deployments, retired, operations, monitor, startedAt }: Parts): Summary {
  const { performance, recent, requests, business, activeAlerts } = monitor.summary();
  return {
    model: { ...deployments.primary.model },
    timestamp: new Date(clock.epochMs()).toISOString(),
    uptimeSeconds: (clock.now() - startedAt) / 1000,
    performance,
    recent,
    requests,
    business,
    explanations: explanationsSummary(deployments),
    workers: workersSummary(deployments, retired.lostWorkers),
    queue: queueSummary(deployments),
    batching: batchingSummary(deployments),
    deployments: operations.summaries,
    activeAlerts,
  };
}

/** Whether a scorer can answer. */
export function healthOfParts({ options, deployments, monitor, door }: Parts): Health {
  const { configured, ready, provider, providers, devices } = workersSummary(deployments, 0);
  return healthOf({
    closed: door.isClosed,
    readyWorkers: ready,
    configuredWorkers: configured,
    provider: ready === 0 ? null : provider,
    providers,
    devices,
    queueDepth: deployments.waiting,
    maxQueueSize: options.maxQueueSize,
    activeAlerts: monitor.activeAlerts,
  });
}
