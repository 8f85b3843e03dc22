import type { Alert } from '../../api/alerts.js';
import type { DriftSummary } from '../../api/drift.js';
import type { ModelIdentity } from '../../api/result.js';
import type { BatchingSummary, ExplanationsSummary, QueueSummary, WorkersSummary } from '../../api/summary.js';
import type { ShadowSummary } from '../../api/versions.js';
import type { HostReading } from '../host-load/host-load.js';
import type { LabelCounts } from '../labels/label-counts.js';
import type { VersionStats } from '../version-stats.js';
import type { LatencyBuckets } from './latency-buckets.js';

/** A version that has workers. */
export interface LiveVersion extends ModelIdentity {
  role: string;
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** null before a worker is ready. */
  provider: string | null;
}

/** All that collectors look at: made anew for each reading. */
export interface MetricsView {
  latencyBuckets: LatencyBuckets;
  /** What was counted, by version: several have the same name where a version served twice. '' is what was no version's. */
  counted: ReadonlyMap<string, readonly VersionStats[]>;
  /** What versions that are no longer told apart have counted together: a part of every count that is not by version. null: nothing. */
  older: VersionStats | null;
  live: readonly LiveVersion[];
  labels: readonly { version: string; labels: LabelCounts }[];
  /** Of live versions, where it is measured. */
  drifts: readonly { version: string; drift: DriftSummary }[];
  shadows: readonly { version: string; shadow: ShadowSummary }[];
  workers: WorkersSummary;
  queue: QueueSummary;
  maxQueueSize: number;
  batching: BatchingSummary;
  explanations: ExplanationsSummary;
  /** Whether it can answer. */
  isReady: boolean;
  /** When it began to serve, in milliseconds since the epoch. */
  startedAtEpochMs: number;
  /** Every rule that may raise an alert, by name. */
  alertRules: readonly string[];
  activeAlerts: readonly Alert[];
  host: HostReading;
}
