import type { WorkerLostEvent } from '../api/events.js';
import type { Logger } from '../api/logger.js';
import { outsideOfRequests } from '../host/async-context.js';
import type { DeploymentSet } from './deployment-set.js';
import type { WorkersObserver } from './serving-workers.js';
import { workersSeen } from './workers-seen.js';

export interface ObserverOptions {
  logger: Logger;
  events: { emit(event: 'workerLost', lost: WorkerLostEvent): void };
  deployments: DeploymentSet;
  /** Makes the alerts check now. */
  lookNow: () => void;
}

/** Reports the workers' events of a version that answers requests to the log, the host and the monitor. */
export function servingObserver(options: ObserverOptions, version: string): WorkersObserver {
  const { logger, events, deployments, lookNow } = options;
  return {
    onWorkerSlow: (reason) => {
      logger.warn('A worker takes long to start', { version, reason });
      lookNow();
    },
    onWorkerLost: (reason) => {
      const readyWorkers = workersSeen(deployments).ready;
      logger.error('A worker was lost', { version, reason, readyWorkers });
      outsideOfRequests(() => events.emit('workerLost', { version, reason, readyWorkers }));
      // A hung worker may be replaced before the next check.
      lookNow();
    },
    onWorkerNotReplaced: ({ message }) => {
      logger.error('A worker could not be replaced', { version, reason: message });
      lookNow();
    },
    onProviderChanged: (before, providers) => {
      logger.warn('A worker came back on another provider', { version, before, providers });
    },
    onWorkersAbandoned: (abandoned) =>
      logger.error('The process ended while workers were running', { workers: abandoned }),
  };
}
