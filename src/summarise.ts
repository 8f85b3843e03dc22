import type { Health } from './api/health.js';
import type { Summary } from './api/summary.js';
import type { Parts } from './compose.js';
import { healthOf } from './monitoring/health.js';

/** Everything measured, as plain JSON. */
export function summaryOf({ clock, deployments, monitor, startedAt }: Parts): Summary {
  const { batcher, explanations, limits, model, since, workers } = deployments.primary;
  const { performance, recent, requests, business, activeAlerts } = monitor.summary();
  return {
    model: { ...model },
    timestamp: new Date(clock.epochMs()).toISOString(),
    uptimeSeconds: (clock.now() - startedAt) / 1000,
    performance,
    recent,
    requests,
    business,
    explanations: explanations.summary,
    workers: {
      configured: workers.configured,
      ready: workers.ready,
      busy: batcher.busyWorkers,
      lost: workers.lost,
      provider: workers.provider,
      providers: workers.providers,
      devices: workers.devices,
    },
    queue: {
      depth: batcher.waiting,
      maxDepth: batcher.maxWaiting,
      oldestWaitMs: batcher.oldestWaitMs,
      inFlight: batcher.inFlight,
    },
    batching: { ...limits, sent: batcher.sends, latency: batcher.latency },
    deployments: [{ ...model, traffic: 1, since }],
    activeAlerts,
  };
}

/** Whether a scorer can answer. */
export function healthOfParts({ options, deployments, monitor, door }: Parts): Health {
  const { batcher, workers } = deployments.primary;
  return healthOf({
    closed: door.isClosed,
    readyWorkers: workers.ready,
    configuredWorkers: workers.configured,
    provider: workers.ready === 0 ? null : workers.provider,
    providers: workers.providers,
    devices: workers.devices,
    queueDepth: batcher.waiting,
    maxQueueSize: options.maxQueueSize,
    activeAlerts: monitor.activeAlerts,
  });
}
