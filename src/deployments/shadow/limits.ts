import type { Logger } from '../../api/logger.js';
import type { BatchLimits } from '../../api/options.js';
import type { ModelDirectory } from '../../models/model-directory.js';
import type { BatchPolicy } from '../../scheduling/batch-policy.js';
import type { WorkersObserver } from '../serving-workers.js';

/** How long a copy waits for others to share its batch, in ms: nobody waits for it, and few batches cost the host least. */
const delayMs = 20;

/**
 * How long a shadow's worker may take over a batch, in ms. The system lets a thread of the lowest priority finish its turn too, for a
 * millisecond or two, before one that has a caller's batch gets the CPU: short batches end long before that.
 */
const runMs = 0.5;

/** How a shadow's batches form. */
export function shadowLimits(limits: BatchLimits): BatchPolicy {
  const maxQueueDelayMs = Math.max(limits.maxQueueDelayMs, delayMs);
  return { ...limits, maxQueueDelayMs, targetLatencyMs: 10 * delayMs, maxRunMs: runMs };
}

/** Hears of a shadow's workers: they are its own affair, so that nothing but the log tells of them. */
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
