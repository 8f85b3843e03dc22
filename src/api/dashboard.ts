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

/** One second of the charts. A value is null if it is not known. */
export interface DashboardPoint {
  /** When the second ended, in milliseconds since the epoch. */
  at: number;
  /** Rows that the model answered, per second. */
  answered: number | null;
  /** Requests that failed or expired, per second. */
  failed: number | null;
  /** Requests that were rejected, per second. */
  rejected: number | null;
  /** Decisions of each kind, per second. */
  approved: number | null;
  reviewed: number | null;
  blocked: number | null;
  /** Milliseconds from `score()` to the result, over the last 10 seconds. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Rows per batch, over the last 10 seconds. */
  batchMean: number | null;
  batchMax: number | null;
  /** Waiting requests, and requests in flight. */
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
  /** Whether the traffic does not match the configured shares; null if that is not known. */
  sampleRatioMismatch: boolean | null;
}

/** An alert, from when it was raised until it was cleared. */
export interface DashboardAlert {
  rule: AlertName;
  severity: 'warning' | 'critical';
  /** The value when the alert was raised, and the limit. A limit of `Infinity` becomes null, because JSON has no `Infinity`. */
  value: number;
  threshold: number | null;
  message: string;
  /** The version that the alert is about; null if it is about the whole scorer. */
  version: string | null;
  /** Milliseconds since the epoch. */
  raisedAt: number;
  /** Milliseconds since the epoch; null while it is active. */
  clearedAt: number | null;
}

/** A change of a version, or a lost worker. */
export interface DashboardEvent {
  type: DeploymentEventType | 'workerLost';
  version: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  reason: string | null;
  /** The version's new share of the traffic, in [0, 1]; null if the share did not change. */
  traffic: number | null;
}

/** Sums of amounts by decision and label, in the unit of the request's `amount`. */
export interface DashboardMoney {
  /** Fraud that was blocked or reviewed. */
  fraudCaught: number;
  /** Fraud that was approved. */
  fraudMissed: number;
  /** Legitimate transactions that were blocked or reviewed. */
  goodStopped: number;
  /** The unit shown after the sums, such as EUR; null for none. */
  unit: string | null;
}

/** How far scores and features are from the reference, as population stability indexes (PSI) of at least 0. */
export interface DashboardDrift {
  /** PSI of the score; null if it is not known. */
  score: number | null;
  /** The features that have drifted most. The highest PSI comes first. */
  features: { name: string; psi: number }[];
  /** A PSI above this counts as drift: `alerts.maxDrift`. null if that rule is switched off. */
  threshold: number | null;
  /** Requests in the sample. */
  samples: number;
}

/** One node of a fleet, as the page shows it. */
export interface DashboardNode {
  id: string;
  /** `missing`: it is known and does not answer. Then the other values are empty. */
  status: Health['status'] | 'missing';
  reasons: string[];
  /** Rows that its model answered, per second; null if it is not known. */
  answered: number | null;
  /** (failed + expired) / (total − rejected − cancelled) over the last 10 seconds, in [0, 1]. */
  errorRate: number | null;
  /** Milliseconds from `score()` to the result, over the last 10 seconds. */
  p50: number | null;
  p99: number | null;
  /** Waiting requests, and requests in flight. */
  queued: number;
  inFlight: number;
  workers: { ready: number; configured: number };
  /** Its live versions, the primary first. */
  versions: Pick<DashboardVersion, 'version' | 'role' | 'traffic'>[];
  uptimeSeconds: number | null;
}

/** The nodes of a fleet. */
export interface DashboardFleet {
  /** How many have answered. */
  answering: number;
  /** How many are known and do not answer. */
  missing: number;
  /** At most 200: those that do not answer first, then by id. */
  nodes: DashboardNode[];
}

/** How busy the host's thread is. */
export interface DashboardHostLoad {
  /** Delay of the event loop, in milliseconds. */
  loopDelayMs: { p50: number | null; p99: number | null; max: number | null };
  /** The share of time in which the event loop was busy, in [0, 1]. */
  loopUtilization: number | null;
  /** The share of time spent in garbage collection, in [0, 1]. */
  gcShare: number | null;
}

/** The data of the live page at one moment, as plain JSON. It has no ids and no features. Of amounts it has only sums. */
export interface DashboardSnapshot {
  /** The version of this format. Another number than 1 means that fields have another meaning. */
  format: 1;
  /** Your name for this scorer; null if you gave none. */
  title: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  uptimeSeconds: number;
  model: ModelIdentity;
  /** Whether the scorer is closed. A closed scorer answers no requests. */
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
  /** At most 12 versions: the live ones first, then those that retired last. */
  versions: DashboardVersion[];
  /** The active alerts, then the cleared ones, each with the latest first; at most 50. */
  alerts: DashboardAlert[];
  /** At most 30 events, the latest first. */
  events: DashboardEvent[];
  money?: DashboardMoney;
  drift?: DashboardDrift;
  /** Present if this is a fleet. All other values are of all its nodes together. */
  fleet?: DashboardFleet;
  hostLoad: DashboardHostLoad;
}
