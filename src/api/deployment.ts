import type { CanaryOptions } from './canary.js';
import type { DriftSummary } from './drift.js';
import type { Patch } from './patch.js';
import type { DecisionPolicy } from './policy.js';
import type { ModelIdentity } from './result.js';
import type { BusinessSummary, PerformanceSummary, RequestCounts, WorkersSummary } from './summary.js';
import type { CanarySummary, ComparisonSummary, ShadowSummary } from './versions.js';

/**
 * What a version is for. `primary`: answers all that is not a challenger's. `challenger`: answers its share. `shadow`: gets copies, and
 * answers nobody. `standby`: the primary before, kept warm for a rollback. `retired`: has no workers any more.
 */
export type DeploymentRole = 'primary' | 'challenger' | 'shadow' | 'standby' | 'retired';

/** Options of `deploy`. */
export interface DeployOptions {
  /** 1: replaces the primary. In (0, 1): the share of a challenger. `'shadow'`: copies alone. @default 1; with `canary` its first step */
  traffic?: number | 'shadow' | undefined;
  /** Thresholds of this version alone, over the scorer's. */
  policy?: Patch<DecisionPolicy> | undefined;
  /** Worker threads of this version. @default by its share of the scorer's `workers`, at least 1 */
  workers?: number | undefined;
  /** Of a shadow: the share of the requests that it gets a copy of, in (0, 1]. @default 1 */
  sample?: number | undefined;
  /** Leads the version from a small share to all of the traffic, in steps, as long as it does no worse than the primary. */
  canary?: CanaryOptions | undefined;
}

/** A version of a model that serves, or has served. */
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
  /** How far its features and scores are from the manifest's `reference`; only where there is one, and drift is measured. */
  drift?: DriftSummary;
  /** Of a shadow. */
  shadow?: ShadowSummary;
  /** Of a canary, also once it has ended. */
  canary?: CanarySummary;
  /** Of a challenger: its rates less the primary's, since both serve. */
  comparison?: ComparisonSummary;
  /** Of a challenger: whether requests came to the versions as their shares say; null where there are too few to tell. */
  sampleRatio?: SampleRatioSummary | null;
}

/** A χ² test of the numbers of requests against the shares, clustered by routing key. */
export interface SampleRatioSummary {
  chiSquare: number;
  p: number;
  /** p is below 0.001: requests of a version are lost or counted wrongly, and a comparison misleads. */
  mismatch: boolean;
}
