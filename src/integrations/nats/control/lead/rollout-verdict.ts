import type { NodeReport } from '../node-report.js';
import { rolloutDone, takenBack } from '../state/commands.js';
import type { FleetRollout, FleetState } from '../state/fleet-state.js';
import { wantedOf } from '../state/wanted.js';

/** Anybody who may write to the bucket may have written a report. A state with a longer reason would not be valid. */
const longest = 1_000;

/**
 * The state after a look at the nodes during a roll-out: taken back if a node could not load the version, done if all nodes have it.
 *
 * @param revision of the state. Reports about another one say nothing.
 * @returns the same object if nothing changes.
 */
export function afterReports(state: FleetState, revision: number, reports: readonly NodeReport[]): FleetState {
  const { rollout } = state;
  if (rollout?.state !== 'loading') return state;
  const current = reports.filter((report) => report.revision === revision);
  for (const { id, error } of current) {
    if (error?.version === rollout.version)
      return takenBack(state, { node: id, code: error.code.slice(0, 100), reason: error.message.slice(0, longest) });
  }
  const role = roleOf(rollout);
  const { primary, challengers, shadows } = wantedOf(state);
  const wanted = [primary, ...challengers, ...shadows].find((one) => one?.version === rollout.version)?.rollout;
  // A node may still have another version of this name. One that has failed over to it keeps it as its primary.
  const isThere = ({ versions, error }: NodeReport): boolean =>
    versions.some(
      (one) =>
        one.version === rollout.version &&
        (one.role === role || (one.role === 'primary' && error?.code === 'FAILED_OVER')) &&
        (wanted === undefined || one.rollout === wanted),
    );
  return reports.length > 0 && current.length === reports.length && current.every(isThere) ? rolloutDone(state) : state;
}

function roleOf({ role }: FleetRollout): string {
  return role === 'canary' ? 'challenger' : role;
}
