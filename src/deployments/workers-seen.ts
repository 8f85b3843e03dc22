import type { WorkersSeen } from '../api/alerts.js';
import type { DeploymentSet } from './deployment-set.js';

/** The current state of the workers of all versions. */
export function workersSeen({ serving }: DeploymentSet): WorkersSeen {
  const seen = { ready: 0, configured: 0, troubled: 0, problem: null as string | null };
  for (const { workers } of serving) {
    seen.ready += workers.ready;
    seen.configured += workers.configured;
    seen.troubled += workers.troubled;
    seen.problem ??= workers.problem;
  }
  return seen;
}
