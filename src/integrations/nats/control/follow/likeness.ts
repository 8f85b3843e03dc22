import type { FleetVersion } from '../state/fleet-state.js';

/** A version that a node has, with what tells it from others of its name. */
export interface LoadedVersion {
  readonly version: string;
  readonly role: string;
  /** Its share of the node's traffic, in [0, 1]. */
  readonly traffic: number;
  /** The name of its model. */
  readonly model: string;
  /** The sha256 of the `model.json` that it was loaded from. */
  readonly sha256: string;
  /** The share of requests that a shadow gets copies of, in (0, 1]; null if it is no shadow. */
  readonly sample: number | null;
  /** The roll-out that it was last found to be the version of; null if there was none. */
  readonly rollout: string | null;
}

/**
 * Whether a live version is the wanted one of its name. `unclear`: the state has no sha256, and the live one came by another roll-out. Then the
 * version's files say whether it is the same.
 */
export function likeness(wanted: FleetVersion, live: LoadedVersion): 'same' | 'other' | 'unclear' {
  if (live.model !== wanted.model) return 'other';
  if (wanted.sha256 !== undefined) return live.sha256 === wanted.sha256 ? 'same' : 'other';
  return wanted.rollout === undefined || wanted.rollout === live.rollout ? 'same' : 'unclear';
}
