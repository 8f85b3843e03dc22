import type { Patch } from './patch.js';
import type { DecisionPolicy } from './policy.js';
import type { ModelIdentity } from './result.js';

/** Options of `deploy`. */
export interface DeployOptions {
  /** 1: replaces the primary. In (0, 1): the share of a challenger. `'shadow'`: copies alone. @default 1 */
  traffic?: number | 'shadow' | undefined;
  /** Thresholds of this version alone, over the scorer's. */
  policy?: Patch<DecisionPolicy> | undefined;
  /** Worker threads of this version. @default by its share of the scorer's `workers`, at least 1 */
  workers?: number | undefined;
  /** Of a shadow: the share of the requests that it gets a copy of, in (0, 1]. @default 1 */
  sample?: number | undefined;
}

/** A model that serves. */
export interface DeploymentSummary extends ModelIdentity {
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** When it began to serve, in milliseconds since the epoch. */
  since: number;
}
