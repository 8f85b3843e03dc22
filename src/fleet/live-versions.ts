import type { DeploymentRole } from '../api/deployment.js';
import type { DeploymentSet } from '../deployments/deployment-set.js';
import { readVersion } from '../monitoring/version-reading.js';
import { type EncodedVersionReading, encodeVersionReading } from './version-reading-bytes.js';

/** What a live version of one node has done since it began to serve there. */
export interface LiveVersion extends EncodedVersionReading {
  readonly role: DeploymentRole;
  /** Its share of the node's traffic, in [0, 1]. */
  readonly traffic: number;
  /**
   * When it began to serve, in milliseconds since the epoch. A version that ended and was deployed again has a later time, and its counts
   * begin at 0 again.
   */
  readonly since: number;
  /**
   * How much requests with the same routing key have in common on this node, see `Experiments.designEffectOf`. At least 1; 1 if it is no
   * challenger. A fleet shares out each key's requests, so its own design effect is about 1 + the sum of the nodes' excesses over 1.
   */
  readonly designEffect: number;
}

/** All live versions, with the standby and the shadows. */
export function liveVersions(deployments: DeploymentSet): LiveVersion[] {
  return deployments.live.map((deployment) => ({
    ...encodeVersionReading(readVersion(deployment.model.version, deployment.stats)),
    role: deployments.roleOf(deployment),
    traffic: deployments.trafficOf(deployment),
    since: deployment.since,
    designEffect: deployments.experiments.designEffectOf(deployment),
  }));
}
