import type { Logger } from '../../api/logger.js';
import type { BatchLimits } from '../../api/options.js';
import type { ModelDirectory } from '../../models/model-directory.js';
import type { BatchPolicy } from '../../scheduling/batch-policy.js';
import type { WorkersObserver } from '../serving-workers.js';

/** How long a copy waits for others to join its batch, in ms. Nobody waits for a copy, and few batches cost the host least. */
const delayMs = 20;

/**
 * How long a shadow's worker may take over a batch, in ms. The operating system lets even a thread of the lowest priority finish its time
 * slice of one or two milliseconds before a thread with a caller's batch gets the CPU. Short batches end long before that.
 */
const runMs = 0.5;

/** How a shadow's batches form. */
export function shadowLimits(limits: BatchLimits): BatchPolicy {
  const maxQueueDelayMs = Math.max(limits.maxQueueDelayMs, delayMs);
  return { ...limits, maxQueueDelayMs, targetLatencyMs: 10 * delayMs, maxRunMs: runMs };
}

/** Logs the events of a shadow's workers. They are not reported in any other way. */
export function shadowObserver(logger: Logger, { manifest: { version } }: ModelDirectory): WorkersObserver {
  return {
    onWorkerSlow: (reason) => logger.warn('A worker of a shadow takes long to start', { version, reason }),
    onWorkerLost: (reason) => logger.warn('A worker of a shadow was lost', { version, reason }),
    onWorkerNotReplaced: ({ message }) =>
      logger.warn('A worker of a shadow could not be replaced', { version, reason: message }),
    onProviderChanged: (before, providers) =>
      logger.warn('A worker of a shadow came back on another provider', { version, before, providers }),
    onWorkersAbandoned: (abandoned) =>
      logger.error('The process ended while workers were running', { workers: abandoned }),
  };
}
