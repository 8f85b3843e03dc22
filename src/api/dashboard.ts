import type { AlertName } from './alerts.js';
import type { DeploymentEventType } from './events.js';
import type { Health } from './health.js';
import type { Decision, ModelIdentity } from './result.js';
import type {
  BatchingSummary,
  LatencySummary,
  QueueSummary,
  RequestCounts,
  Summary,
  WorkersSummary,
} from './summary.js';
import type { CanarySummary, ShadowSummary } from './versions.js';

/** One second of the charts. A value that is not known is null. */
export interface DashboardPoint {
  /** When the second ended, in milliseconds since the epoch. */
  at: number;
  /** Rows answered by the model, a second. */
  answered: number | null;
  /** Requests that failed or expired, a second. */
  failed: number | null;
  /** Requests that were refused, a second. */
  rejected: number | null;
  /** Decisions of each kind, a second. */
  approved: number | null;
  reviewed: number | null;
  blocked: number | null;
  /** Milliseconds from `score()` to the result, over the last 10 seconds. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Rows in a batch, over the last 10 seconds. */
  batchMean: number | null;
  batchMax: number | null;
  /** Requests that wait, and requests in batches that workers hold. */
  queued: number | null;
  inFlight: number | null;
  /** Resident memory of the process, in GiB. */
  memoryGb: number | null;
}

/** A version of a model, as the page shows it. */
export interface DashboardVersion extends ModelIdentity {
  role: Summary['deployments'][number]['role'];
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** When it began to serve, in milliseconds since the epoch. */
  since: number;
  requests: Pick<RequestCounts, 'total' | 'succeeded' | 'failed' | 'expired'>;
  /** (failed + expired) / (total − rejected − cancelled), in [0, 1]. */
  errorRate: number | null;
  latencyMs: Pick<LatencySummary, 'p50' | 'p95' | 'p99'>;
  /** Shares of its decisions, in [0, 1]. */
  blockShare: number | null;
  reviewShare: number | null;
  workers: { ready: number; configured: number };
  canary: CanarySummary | null;
  shadow: Pick<ShadowSummary, 'copied' | 'dropped' | 'flips' | 'psi' | 'scoreDifference'> | null;
  /** Whether the requests do not come to the versions as their shares say; null where that is not known. */
  sampleRatioMismatch: boolean | null;
}

/** An alert, from when it was raised until it was cleared. */
export interface DashboardAlert {
  rule: AlertName;
  severity: 'warning' | 'critical';
  /** What was seen when it was raised, and what is allowed. JSON has no `Infinity`: null. */
  value: number;
  threshold: number | null;
  message: string;
  /** The version that it is about; null where it is about all. */
  version: string | null;
  /** Milliseconds since the epoch. */
  raisedAt: number;
  /** Milliseconds since the epoch; null while it is active. */
  clearedAt: number | null;
}

/** Something that became of a version. */
export interface DashboardEvent {
  type: DeploymentEventType | 'workerLost';
  version: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  reason: string | null;
  /** The version's share of the traffic from then on, in [0, 1]; null where that did not change. */
  traffic: number | null;
}

/** Sums of amounts by decision and label, in the unit of the host's `amount`. */
export interface DashboardMoney {
  /** Fraud that was blocked or sent to review. */
  fraudCaught: number;
  /** Fraud that was approved. */
  fraudMissed: number;
  /** Good payments that were blocked or sent to review. */
  goodStopped: number;
  /** A word after the sums, such as EUR; null for none. */
  unit: string | null;
}

/** How far scores and features are from the reference, as population stability indexes: at least 0. */
export interface DashboardDrift {
  /** Of the score; null where it is not known. */
  score: number | null;
  /** The most drifted features, the furthest first. */
  features: { name: string; psi: number }[];
  /** Above which value it counts as drift: `alerts.maxDrift`; null where that rule is switched off. */
  threshold: number | null;
  /** Requests that were looked at. */
  samples: number;
}

/** How busy the host's own thread is. */
export interface DashboardHostLoad {
  /** Delay of the event loop, in milliseconds. */
  loopDelayMs: { p50: number | null; p99: number | null; max: number | null };
  /** The share of the time in which the loop was busy, in [0, 1]. */
  loopUtilization: number | null;
  /** The share of the time spent in garbage collection, in [0, 1]. */
  gcShare: number | null;
}

/** What the live page shows at one moment, as plain JSON: no ids, no features, and of amounts sums alone. */
export interface DashboardSnapshot {
  /** 1; another number means that fields have changed their meaning. */
  format: 1;
  /** The host's name for this scorer; null where it has given none. */
  title: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  uptimeSeconds: number;
  model: ModelIdentity;
  /** Whether the scorer was closed: it answers nothing any more. */
  closed: boolean;
  health: Pick<Health, 'status' | 'reasons'>;
  point: DashboardPoint;
  /** Since the start. */
  requests: RequestCounts;
  /** Over the last 10 seconds. */
  recent: { latencyMs: LatencySummary; queueMs: LatencySummary; inferenceMs: LatencySummary; errorRate: number | null };
  /** Since the start. */
  decisions: Record<Decision, number>;
  labels: {
    labelled: number;
    coverage: number | null;
    precision: number | null;
    detectionRate: number | null;
    falsePositiveRate: number | null;
  };
  queue: QueueSummary;
  batching: Omit<BatchingSummary, 'targetLatencyMs'> & { targetLatencyMs: number | null };
  workers: WorkersSummary;
  /** At most 12: those that serve, then the last that have retired. */
  versions: DashboardVersion[];
  /** The active ones, then those that were cleared, the latest first; at most 50. */
  alerts: DashboardAlert[];
  /** The latest first; at most 30. */
  events: DashboardEvent[];
  money?: DashboardMoney;
  drift?: DashboardDrift;
  hostLoad: DashboardHostLoad;
}
