import type { CanaryOptions } from './canary.js';
import type { DriftSummary } from './drift.js';
import type { Patch } from './patch.js';
import type { DecisionPolicy } from './policy.js';
import type { ModelIdentity } from './result.js';
import type { BusinessSummary, PerformanceSummary, RequestCounts, WorkersSummary } from './summary.js';
import type { CanarySummary, ComparisonSummary, ShadowSummary } from './versions.js';

/**
 * The role of a version. `primary` answers all traffic that no challenger answers. `challenger` answers its share. `shadow` gets copies of
 * requests and answers nobody. `standby` is the previous primary, kept ready for a rollback. `retired` has no workers any more.
 */
export type DeploymentRole = 'primary' | 'challenger' | 'shadow' | 'standby' | 'retired';

/** Options of `deploy`. */
export interface DeployOptions {
  /**
   * 1 replaces the primary. A number in (0, 1) is the share of a challenger. `'shadow'` sends only copies of requests. @default 1; with
   * `canary` the first step
   */
  traffic?: number | 'shadow' | undefined;
  /** Thresholds of this version. They override the scorer's thresholds. */
  policy?: Patch<DecisionPolicy> | undefined;
  /** Worker threads of this version. @default its share of the scorer's `workers`, at least 1 */
  workers?: number | undefined;
  /** For a shadow: the share of requests that it gets copies of, in (0, 1]. @default 1 */
  sample?: number | undefined;
  /** Raises the version's share of the traffic in steps, as long as the version does no worse than the primary. */
  canary?: CanaryOptions | undefined;
}

/** A version of a model that serves now, or that served before. */
export interface DeploymentSummary extends ModelIdentity {
  role: DeploymentRole;
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** When it began to serve, in milliseconds since the epoch. */
  since: number;
  workers: WorkersSummary;
  requests: RequestCounts;
  performance: PerformanceSummary;
  business: BusinessSummary;
  /** How far features and scores are from the manifest's `reference`. Absent if there is no reference, or if drift is not measured. */
  drift?: DriftSummary;
  /** Present for a shadow. */
  shadow?: ShadowSummary;
  /** Present for a canary, also after it has ended. */
  canary?: CanarySummary;
  /** Present for a challenger: its rates minus the primary's, measured since both serve. */
  comparison?: ComparisonSummary;
  /** Present for a challenger: whether the traffic matches the configured shares; null if there are too few requests to tell. */
  sampleRatio?: SampleRatioSummary | null;
}

/** A χ² test that compares the numbers of requests with the shares, clustered by routing key. */
export interface SampleRatioSummary {
  chiSquare: number;
  p: number;
  /** Whether p is below 0.001. Then requests of a version are lost or counted wrongly, and a comparison of versions misleads. */
  mismatch: boolean;
}
