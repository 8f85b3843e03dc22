import { InvalidOptionsError, UnknownVersionError } from '../../../../errors.js';
import { type FleetState, liveCanary } from './fleet-state.js';

/** The role of a version in a state; null if it has none. */
export function roleIn(state: FleetState, version: string): 'primary' | 'challenger' | 'canary' | 'shadow' | null {
  if (state.primary?.version === version) return 'primary';
  if (liveCanary(state)?.version === version) return 'canary';
  if (state.challengers.some((one) => one.version === version)) return 'challenger';
  return state.shadows.some((one) => one.version === version) ? 'shadow' : null;
}

/** @throws {InvalidOptionsError} if a version is being rolled out. Two roll-outs at the same time could not be told apart when one fails. */
export function refuseDuringRollout({ rollout }: FleetState): void {
  if (rollout?.state !== 'loading') return;
  const received = `a call during the roll-out of ${JSON.stringify(rollout.version)} (wait for it, or roll it back)`;
  throw new InvalidOptionsError([{ path: 'rollout', expected: 'no roll-out that is still loading', received }]);
}

/** @throws {InvalidOptionsError} always: the fleet has the version that should be deployed. */
export function refuseKnown(version: string, role: string): never {
  const cure = role === 'primary' ? '' : ' (promote or retire it)';
  bad('version', 'a version that the fleet does not have', `${JSON.stringify(version)}, the ${role}${cure}`);
}

/** @throws {InvalidOptionsError} if a canary has not ended. */
export function refuseSecondCanary(state: FleetState): void {
  const canary = liveCanary(state);
  if (canary === null) return;
  const received = `another one while ${JSON.stringify(canary.version)} has not ended (promote or retire it)`;
  bad('canary', 'one canary at a time', received);
}

/** @throws {InvalidOptionsError} always. The nodes of a new fleet serve a version that its state does not name yet. */
export function refuseWithoutPrimary(kind: string): never {
  const cure = 'first deploy({ model, version }) what the nodes serve, with traffic: 1; then deploy this one';
  bad('traffic', '1, as the fleet has no primary yet', `${kind} (${cure})`);
}

/** @throws {UnknownVersionError} always. */
export function unknown(state: FleetState, version: string): never {
  const live = [state.primary, liveCanary(state), ...state.challengers, ...state.shadows];
  const names = live.flatMap((one) => (one === null ? [] : [JSON.stringify(one.version)])).join(', ');
  const known = names === '' ? 'there are none yet' : `there are ${names}`;
  throw new UnknownVersionError(`version: the fleet has no ${JSON.stringify(version)}; ${known}. See state().`);
}

/** @throws {UnknownVersionError} always. */
export function nothingBefore({ primary }: FleetState): never {
  const why =
    primary === null
      ? 'the fleet has no primary yet'
      : `no version was the primary before ${JSON.stringify(primary.version)}`;
  throw new UnknownVersionError(
    `rollback: there is nothing to go back to: no roll-out or canary is under way, and ${why}. See state().`,
  );
}

/** @throws {InvalidOptionsError} always. */
export function bad(path: string, expected: string, received: string): never {
  throw new InvalidOptionsError([{ path, expected, received }]);
}
