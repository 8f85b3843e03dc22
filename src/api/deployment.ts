import type { ModelIdentity } from './result.js';

/** A model that serves. */
export interface DeploymentSummary extends ModelIdentity {
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** When it began to serve, in milliseconds since the epoch. */
  since: number;
}
