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

/** Everything that collectors read. Created for each reading. */
export interface MetricsView {
  latencyBuckets: LatencyBuckets;
  /** Counts by version. A name has several if the version served twice. '' is for requests without a version. */
  counted: ReadonlyMap<string, readonly VersionStats[]>;
  /**
   * The summed counts of versions that are no longer listed separately. They are part of every count that is not by version. null if there
   * are none.
   */
  older: VersionStats | null;
  live: readonly LiveVersion[];
  labels: readonly { version: string; labels: LabelCounts }[];
  /** The drift of live versions, if it is measured. */
  drifts: readonly { version: string; drift: DriftSummary }[];
  shadows: readonly { version: string; shadow: ShadowSummary }[];
  workers: WorkersSummary;
  queue: QueueSummary;
  maxQueueSize: number;
  batching: BatchingSummary;
  explanations: ExplanationsSummary;
  /** Whether the scorer can answer. */
  isReady: boolean;
  /** When it began to serve, in milliseconds since the epoch. */
  startedAtEpochMs: number;
  /** The names of all active rules. */
  alertRules: readonly string[];
  activeAlerts: readonly Alert[];
  host: HostReading;
}
