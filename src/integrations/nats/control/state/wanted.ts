import { plain } from './commands.js';
import {
  type FleetChallenger,
  type FleetShadow,
  type FleetState,
  type FleetVersion,
  liveCanary,
  shareOf,
} from './fleet-state.js';

/** The versions that one node should serve. Thresholds are not part of it: see `policyOf`. */
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
  const challengers = [...state.challengers, ...(canary === null ? [] : [{ ...canary, traffic: shareOf(canary) }])];
  return {
    primary: state.primary === null ? null : unset(state.primary),
    challengers: challengers.map((one) => ({ ...unset(one), traffic: one.traffic })),
    shadows: state.shadows.map((one) => ({
      ...unset(one),
      ...(one.sample === undefined ? {} : { sample: one.sample }),
    })),
  };
}

/** Without thresholds. */
function unset(version: FleetVersion): FleetVersion {
  const { policy: _policy, ...others } = plain(version);
  return others;
}
