import type { CalibrationSeen, DriftSeen } from '../api/alerts.js';
import type { AlertSources, VersionSource } from '../monitoring/alerts/alert-sources.js';
import { driftReading } from '../monitoring/drift/drift-reading.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import { workersSeen } from './workers-seen.js';

/** The values about versions that the alerts use. */
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
    drift: (version) => driftSeen(deployments.find(version)),
    calibration: (version) => calibrationSeen(deployments.find(version)),
    sampleRatioP: () => deployments.experiments.sampleRatio()?.p ?? null,
  };
}

function driftSeen(deployment: Deployment | null): DriftSeen | null {
  if (deployment === null) return null;
  const summary = deployment.drift?.summary;
  const reading = driftReading(deployment.model.version, summary);
  if (reading === null) return null;
  const { rows, psi, feature } = reading;
  const [first] = summary?.features ?? [];
  return { rows, psi, worst: feature ?? 'the score', ...(first === undefined ? {} : { feature: first.name }) };
}

function calibrationSeen(deployment: Deployment | null): CalibrationSeen | null {
  if (deployment === null) return null;
  const { labels, expectedCalibrationError: error } = deployment.stats.labels.calibration.summary();
  return error === null ? null : { labels, error };
}
