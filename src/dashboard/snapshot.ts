import type {
  DashboardAlert,
  DashboardEvent,
  DashboardFleet,
  DashboardPoint,
  DashboardSnapshot,
  DashboardVersion,
} from '../api/dashboard.js';
import type { DeploymentSummary } from '../api/deployment.js';
import type { Health } from '../api/health.js';
import type { Summary } from '../api/summary.js';
import { closedReason } from '../monitoring/health.js';
import { extrasOf } from './extras.js';
import { pointOf } from './point.js';

/** The most versions that are shown: the few that serve, and some that have retired. */
const shownVersions = 12;

export interface SnapshotParts {
  summary: Summary;
  health: Health;
  alerts: DashboardAlert[];
  events: DashboardEvent[];
  title: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** The previous reading and its age, for rates; null if it is too old. */
  before: { summary: Summary; elapsedMs: number } | null;
  /** The PSI above which a value counts as drift; null if the rule is switched off. */
  driftLimit: number | null;
  /** null if it is one scorer. */
  fleet: DashboardFleet | null;
}

/** Everything that the page shows, from the scorer's public data. Only this file knows both forms. */
export function snapshotOf(parts: SnapshotParts): DashboardSnapshot {
  const { summary, health, alerts, events, title, at, before, driftLimit, fleet } = parts;
  const { business, recent, batching } = summary;
  const { latencyMs, queueMs, inferenceMs, errorRate } = recent.performance;
  const point: DashboardPoint = pointOf(summary, at, before);
  return {
    format: 1,
    title,
    at,
    uptimeSeconds: summary.uptimeSeconds,
    model: summary.model,
    closed: isClosed(health),
    health: { status: health.status, reasons: health.reasons },
    point,
    requests: summary.requests,
    recent: { latencyMs, queueMs, inferenceMs, errorRate },
    decisions: { APPROVE: business.approved, REVIEW: business.reviewed, BLOCK: business.blocked },
    labels: {
      labelled: business.labelled,
      coverage: business.labelCoverage,
      precision: business.precision,
      detectionRate: business.detectionRate,
      falsePositiveRate: business.falsePositiveRate,
    },
    queue: summary.queue,
    batching: { ...batching, targetLatencyMs: finite(batching.targetLatencyMs) },
    workers: summary.workers,
    versions: shown(summary.deployments).map(versionOf),
    alerts,
    events,
    ...extrasOf(summary, before, driftLimit),
    ...(fleet === null ? {} : { fleet }),
  };
}

/** The first reason of a closed scorer's health says that it is closed. */
export function isClosed({ ready, reasons }: Health): boolean {
  return !ready && reasons[0] === closedReason;
}

function shown(deployments: readonly DeploymentSummary[]): DeploymentSummary[] {
  const live = deployments.filter(({ role }) => role !== 'retired');
  const retired = deployments.filter(({ role }) => role === 'retired').sort((a, b) => b.since - a.since);
  return [...live, ...retired].slice(0, shownVersions);
}

function versionOf(deployment: DeploymentSummary): DashboardVersion {
  const { name, version, role, traffic, since, requests, performance, business, workers } = deployment;
  const { shadow, canary, sampleRatio } = deployment;
  const { p50, p95, p99 } = shadow?.latencyMs ?? performance.latencyMs;
  return {
    name,
    version,
    role,
    traffic,
    since,
    requests: {
      total: requests.total,
      succeeded: requests.succeeded,
      failed: requests.failed,
      expired: requests.expired,
    },
    errorRate: performance.errorRate,
    latencyMs: { p50, p95, p99 },
    blockShare: business.total === 0 ? null : business.blocked / business.total,
    reviewShare: business.total === 0 ? null : business.reviewed / business.total,
    workers: { ready: workers.ready, configured: workers.configured },
    canary: canary ?? null,
    shadow: shadow === undefined ? null : shadowOf(shadow),
    sampleRatioMismatch: sampleRatio?.mismatch ?? null,
  };
}

function shadowOf(shadow: NonNullable<DeploymentSummary['shadow']>): DashboardVersion['shadow'] {
  const { copied, dropped, flips, psi, scoreDifference } = shadow;
  return { copied, dropped, flips, psi, scoreDifference };
}

/** JSON has no `Infinity`. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
