import type { Parts } from '../compose.js';
import { batchingSummary, explanationsSummary, queueSummary, workersSummary } from '../deployments/summaries.js';
import { PerformanceRecorder } from '../monitoring/performance-recorder.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import { healthOfParts } from '../summarise.js';
import { FleetHook } from './fleet-hook.js';
import { liveModels } from './live-models.js';
import { liveVersions } from './live-versions.js';
import type { NodeReading, NodeVersion, StatsReading } from './node-reading.js';

/** Cleared alerts that are sent. */
const sentAlerts = 30;

/** What a fleet reads of a scorer. */
export function fleetHook(parts: Parts): FleetHook {
  const { deployments, monitor, log, operations } = parts;
  return new FleetHook({
    versions: () => liveVersions(deployments),
    models: () => liveModels(deployments),
    setPolicies: (of) => operations.replacePolicies(of),
    reading: () => readNode(parts),
    remembered: (id) => {
      const known = monitor.remembered(id);
      if (known !== null || !log.isActive) return known;
      const found = log.find(id);
      return found === null ? null : { decidedAt: found.decidedAt ?? 0, isLabelled: false };
    },
  });
}

function readNode(parts: Parts): NodeReading {
  const { clock, deployments, retired, monitor, hostLoad, startedAt } = parts;
  const read = new Map<VersionStats, StatsReading>();
  const sums = monitor.reading((stats, sinceStart) => read.set(stats, statsReading(stats, sinceStart)));
  const { active, history } = monitor.alerts;
  const readingOf = (stats: VersionStats): StatsReading => read.get(stats) ?? statsReadingOf(stats);
  return {
    format: 1,
    at: clock.epochMs(),
    uptimeSeconds: (clock.now() - startedAt) / 1000,
    model: { ...deployments.primary.model },
    health: healthOfParts(parts),
    ...sums,
    explanations: explanationsSummary(deployments, retired),
    workers: workersSummary(deployments, retired),
    queue: queueSummary(deployments, retired),
    batching: batchingSummary(deployments, retired),
    host: hostLoad.summary(),
    alerts: { active, history: history.slice(0, sentAlerts) },
    versions: [...liveParts(parts, readingOf), ...endedParts(parts, readingOf)],
  };
}

type ReadStats = (stats: VersionStats) => StatsReading;

function liveParts({ deployments, operations }: Parts, readingOf: ReadStats): NodeVersion[] {
  const shadows = deployments.copies.shadows.map(({ deployment }) => deployment);
  return [...deployments.all, ...shadows].map((deployment) => {
    const { name, version, role, traffic, since, workers, ...single } = operations.factsOf(deployment);
    const shadow = deployments.shadowOf(deployment)?.stats.reading ?? null;
    return { name, version, role, traffic, since, workers, ...readingOf(deployment.stats), shadow, single };
  });
}

/** Their counts stay in the fleet's, so that those of a version that still serves elsewhere do not shrink. */
function endedParts({ retired }: Parts, readingOf: ReadStats): NodeVersion[] {
  const summaries = retired.summaries;
  return retired.kept.flatMap((stats) => {
    const last = summaries.find(({ version }) => version === stats.version);
    if (last === undefined) return [];
    const { name, version, since, workers } = last;
    return [
      {
        ...{ name, version, since, workers },
        role: 'retired',
        traffic: 0,
        ...readingOf(stats),
        shadow: null,
        single: {},
      },
    ];
  });
}

/** What is sent of a version. */
export function statsReadingOf(stats: VersionStats): StatsReading {
  const sinceStart = new PerformanceRecorder();
  stats.history.readSinceStart(sinceStart);
  return statsReading(stats, sinceStart);
}

function statsReading({ decisions, labels }: VersionStats, sinceStart: PerformanceRecorder): StatsReading {
  return {
    performance: sinceStart.reading,
    decisions: decisions.counts,
    labels: { ...labels.reading, days: [] },
  };
}
