import type { AlertsSummary } from '../api/alerts.js';
import type { DeploymentSummary } from '../api/deployment.js';
import type { Health } from '../api/health.js';
import type { Summary, WorkersSummary } from '../api/summary.js';
import type { DecisionCounts } from '../monitoring/counts.js';
import type { LabelsReading } from '../monitoring/labels/label-counts.js';
import type { PerformanceReading } from '../monitoring/performance-recorder.js';
import type { ShadowReading } from '../monitoring/shadow/shadow-stats.js';

/** Sums and counts of one version, or of all. */
export interface StatsReading {
  readonly performance: PerformanceReading;
  readonly decisions: DecisionCounts;
  readonly labels: LabelsReading;
}

/** Parts of a version's summary that cannot be added up. */
export type SingleParts = Pick<DeploymentSummary, 'drift' | 'canary' | 'comparison' | 'sampleRatio'>;

/** One version of one node. */
export interface NodeVersion
  extends StatsReading,
    Pick<DeploymentSummary, 'name' | 'version' | 'role' | 'traffic' | 'since'> {
  readonly workers: WorkersSummary;
  /** null if it is no shadow. */
  readonly shadow: ShadowReading | null;
  readonly single: SingleParts;
}

/** Everything that a fleet's summary needs of one node, as plain values and bytes. */
export interface NodeReading extends StatsReading {
  /** The version of this format. A reader refuses other versions. */
  readonly format: 1;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly uptimeSeconds: number;
  readonly model: Summary['model'];
  readonly health: Health;
  readonly recent: { readonly windowSeconds: number; readonly performance: PerformanceReading };
  readonly explanations: Summary['explanations'];
  readonly workers: WorkersSummary;
  readonly queue: Summary['queue'];
  readonly batching: Summary['batching'];
  readonly host: Summary['host'];
  readonly alerts: AlertsSummary;
  /** The live versions, then the last ones that ended. The days of their labels are left out, because they would make up most of it. */
  readonly versions: readonly NodeVersion[];
}
