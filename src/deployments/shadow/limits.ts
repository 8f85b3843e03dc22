import type { Logger } from '../../api/logger.js';
import type { BatchLimits } from '../../api/options.js';
import type { ModelDirectory } from '../../models/model-directory.js';
import type { WorkersObserver } from '../serving-workers.js';

/** How long a copy waits for others to share its batch, in ms: nobody waits for it, and large batches cost the others least. */
const delayMs = 20;

/** How a shadow's batches form. */
export function shadowLimits(limits: BatchLimits): BatchLimits {
  return { ...limits, maxQueueDelayMs: Math.max(limits.maxQueueDelayMs, delayMs), targetLatencyMs: 10 * delayMs };
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
