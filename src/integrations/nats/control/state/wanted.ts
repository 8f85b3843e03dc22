import {
  type FleetChallenger,
  type FleetShadow,
  type FleetState,
  type FleetVersion,
  liveCanary,
  shareOf,
} from './fleet-state.js';

/** What one node should serve. */
export interface Wanted {
  /** null: keep what the node has. */
  primary: FleetVersion | null;
  /** With the canary. */
  challengers: readonly FleetChallenger[];
  shadows: readonly FleetShadow[];
}

/** What each node should serve in this state. */
export function wantedOf(state: FleetState): Wanted {
  const canary = liveCanary(state);
  const { primary, challengers, shadows } = state;
  if (canary === null) return { primary, challengers, shadows };
  const { model, version, sha256, policy } = canary;
  const share: FleetChallenger = {
    model,
    version,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(policy === undefined ? {} : { policy }),
    traffic: shareOf(canary),
  };
  return { primary, challengers: [...challengers, share], shadows };
}
