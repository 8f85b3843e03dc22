import type { AlertSources, VersionSource } from '../monitoring/alerts/alert-sources.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import { workersSeen } from './workers-seen.js';

/** What the alerts are told of the versions. */
export function alertSources(deployments: DeploymentSet, failover: () => string | null): AlertSources {
  const sourceOf = (deployment: Deployment): VersionSource => ({
    version: deployment.model.version,
    role: deployments.roleOf(deployment),
    traffic: deployments.trafficOf(deployment),
    stats: deployment.stats,
    flips: deployments.shadowOf(deployment)?.stats.flipTotals ?? null,
  });
  return {
    versions: () => {
      const { live, primary } = deployments;
      return [primary, ...live.filter((deployment) => deployment !== primary)].map(sourceOf);
    },
    waitingSince: () => deployments.waitingSince,
    workers: () => workersSeen(deployments),
    failover,
    queueDepth: () => deployments.waiting,
    sampleRatioP: () => deployments.experiments.sampleRatio()?.p ?? null,
  };
}
