import type { DeploymentRole } from '../api/deployment.js';
import type { DeploymentSet } from '../deployments/deployment-set.js';

/** A live version of one node, and what tells it from others of its name. Cheap to read: nothing that is counted is in it. */
export interface LiveModel {
  readonly version: string;
  readonly role: DeploymentRole;
  /** Its share of the node's traffic, in [0, 1]. */
  readonly traffic: number;
  /** The name of the model. */
  readonly model: string;
  /** The sha256 of the `model.json` that it was loaded from. */
  readonly sha256: string;
  /** The share of requests that a shadow gets copies of, in (0, 1]; null if it is no shadow. */
  readonly sample: number | null;
}

/** All live versions, with the standby and the shadows. */
export function liveModels(deployments: DeploymentSet): LiveModel[] {
  return deployments.live.map((deployment) => ({
    version: deployment.model.version,
    role: deployments.roleOf(deployment),
    traffic: deployments.trafficOf(deployment),
    model: deployment.model.name,
    sha256: deployment.directory.manifestSha256,
    sample: deployments.shadowOf(deployment)?.sample ?? null,
  }));
}
