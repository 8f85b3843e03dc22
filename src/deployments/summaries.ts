import type { DeploymentSummary } from '../api/deployment.js';
import type { BatchingSummary, ExplanationsSummary, QueueSummary, WorkersSummary } from '../api/summary.js';
import type { VersionStats, VersionStatsSummary } from '../monitoring/version-stats.js';
import type { Canaries } from './canary/canaries.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { RetiredVersions } from './retired-versions.js';

/** Returns a version's statistics since its start. */
export type ReadStats = (stats: VersionStats) => VersionStatsSummary;

// Builds the versions' part of a scorer's summary. Counts are over all versions; settings are the primary's.

export function workersSummary({ all, serving, primary }: DeploymentSet, { past }: RetiredVersions): WorkersSummary {
  return {
    configured: sum(serving, ({ workers }) => workers.configured),
    ready: sum(serving, ({ workers }) => workers.ready),
    busy: sum(serving, ({ batcher }) => batcher.busyWorkers),
    // Draining versions are included, because a count must not shrink.
    lost: past.lost + sum(all, ({ workers }) => workers.lost),
    provider: primary.workers.provider,
    providers: primary.workers.providers,
    devices: serving.flatMap(({ workers }) => workers.devices),
  };
}

export function queueSummary({ all, waiting }: DeploymentSet, { past }: RetiredVersions): QueueSummary {
  return {
    depth: waiting,
    maxDepth: Math.max(
      past.maxDepth,
      sum(all, ({ batcher }) => batcher.maxWaiting),
    ),
    oldestWaitMs: Math.max(...all.map(({ batcher }) => batcher.oldestWaitMs)),
    inFlight: sum(all, ({ batcher }) => batcher.inFlight),
  };
}

export function batchingSummary({ all, primary }: DeploymentSet, { past }: RetiredVersions): BatchingSummary {
  const sent = (reason: keyof BatchingSummary['sent']): number =>
    past.sent[reason] + sum(all, ({ batcher }) => batcher.sends[reason]);
  return {
    ...primary.limits,
    sent: {
      idleWorker: sent('idleWorker'),
      full: sent('full'),
      delayOver: sent('delayOver'),
      deadline: sent('deadline'),
    },
    latency: primary.batcher.latency,
  };
}

export function explanationsSummary({ all }: DeploymentSet, { past }: RetiredVersions): ExplanationsSummary {
  return {
    given: past.given + sum(all, ({ explanations }) => explanations.summary.given),
    skipped: past.skipped + sum(all, ({ explanations }) => explanations.summary.skipped),
  };
}

/** Summaries of the versions that have workers, with their shares. */
export function deploymentSummaries(
  deployments: DeploymentSet,
  canaries: Canaries,
  read: ReadStats,
): DeploymentSummary[] {
  const shadows = deployments.copies.shadows.map(({ deployment }) => deployment);
  return [...deployments.all, ...shadows].map((deployment) =>
    deploymentSummary(deployments, canaries, deployment, read),
  );
}

export function deploymentSummary(
  deployments: DeploymentSet,
  canaries: Canaries,
  deployment: Deployment,
  read: ReadStats = (stats) => stats.summary(),
): DeploymentSummary {
  const shadow = deployments.shadowOf(deployment);
  return {
    ...deploymentFacts(deployments, canaries, deployment),
    ...read(deployment.stats),
    ...(shadow === null ? {} : { shadow: shadow.stats.snapshot() }),
  };
}

/** A version's summary without what is counted of its requests. */
export type DeploymentFacts = Omit<DeploymentSummary, keyof VersionStatsSummary | 'shadow'>;

export function deploymentFacts(
  deployments: DeploymentSet,
  canaries: Canaries,
  deployment: Deployment,
): DeploymentFacts {
  return {
    ...versionFacts(deployment),
    role: deployments.roleOf(deployment),
    traffic: deployments.trafficOf(deployment),
    ...canaryOf(canaries, deployment),
    ...comparisonOf(deployments, deployment),
  };
}

export function canaryOf(canaries: Canaries, deployment: Deployment): Pick<DeploymentSummary, 'canary'> {
  const canary = canaries.summaryOf(deployment);
  return canary === null ? {} : { canary };
}

/** How a challenger compares with the primary. */
function comparisonOf({ experiments }: DeploymentSet, deployment: Deployment): Partial<DeploymentSummary> {
  const comparison = experiments.comparisonOf(deployment);
  return comparison === null ? {} : { comparison, sampleRatio: experiments.sampleRatio() };
}

export function versionSummary(deployment: Deployment): Omit<DeploymentSummary, 'role' | 'traffic'> {
  return { ...versionFacts(deployment), ...deployment.stats.summary() };
}

function versionFacts({
  model,
  since,
  workers,
  batcher,
  drift,
}: Deployment): Pick<DeploymentSummary, 'name' | 'version' | 'since' | 'workers' | 'drift'> {
  return {
    ...model,
    since,
    workers: {
      configured: workers.configured,
      ready: workers.ready,
      busy: batcher.busyWorkers,
      lost: workers.lost,
      provider: workers.provider,
      providers: workers.providers,
      devices: workers.devices,
    },
    ...(drift === null ? {} : { drift: drift.summary }),
  };
}

function sum(all: readonly Deployment[], of: (deployment: Deployment) => number): number {
  let total = 0;
  for (const deployment of all) total += of(deployment);
  return total;
}
