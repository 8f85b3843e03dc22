import type { DeployOptions } from '../../../../api/deployment.js';
import type { DeploymentEvent } from '../../../../api/events.js';

/** The public part of a scorer that a follower uses. A `FraudScorer` fits. */
export interface FollowedScorer {
  /** Loads a version and starts to serve it. */
  deploy(directory: string, options: DeployOptions): Promise<unknown>;
  /** Sets the shares of challengers. */
  setTraffic(shares: Readonly<Record<string, number>>): void;
  /** Gives a version the primary's role. */
  promote(version: string): Promise<unknown>;
  /** Gives the primary's role back to the standby. */
  rollback(): Promise<unknown>;
  /** Ends a version. */
  retire(version: string): Promise<void>;
  /** Adds a listener for changes of versions. */
  on(event: 'deployment', listener: (event: DeploymentEvent) => void): unknown;
  /** Removes a listener. */
  off(event: 'deployment', listener: (event: DeploymentEvent) => void): unknown;
}
