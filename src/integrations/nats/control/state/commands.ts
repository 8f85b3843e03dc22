import type { DecisionPolicy } from '../../../../api/policy.js';
import type { FleetDeployOrder } from './deploy-order.js';
import { type FleetRollout, type FleetState, type FleetVersion, liveCanary } from './fleet-state.js';
import {
  bad,
  nothingBefore,
  refuseDuringRollout,
  refuseKnown,
  refuseSecondCanary,
  refuseWithoutPrimary,
  roleIn,
  unknown,
} from './refuse.js';

// Each command is a pure function of the state. The caller writes the result with compare-and-set, and asks again if somebody else was faster.

/** @param id a random text for the roll-out. @throws {InvalidOptionsError} if the state has no place for the version. */
export function deployed(state: FleetState, order: FleetDeployOrder, id: string): FleetState {
  refuseDuringRollout(state);
  const model = order.model ?? state.primary?.model;
  if (model === undefined) bad('model', 'the name of the model, as the fleet has no primary yet', 'nothing');
  const role = roleIn(state, order.version);
  if (role !== null) refuseKnown(order.version, role);
  const version: FleetVersion = {
    model,
    version: order.version,
    ...(order.sha256 === undefined ? {} : { sha256: order.sha256 }),
    ...(order.policy === undefined ? {} : { policy: order.policy }),
    rollout: id,
  };
  const begin = (kind: FleetRollout['role'], replaced: FleetRollout['replaced'] = null): FleetRollout => {
    return { id, version: order.version, role: kind, state: 'loading', node: null, code: null, reason: null, replaced };
  };
  const { kind } = order.role;
  if (kind === 'primary') {
    const { primary, previous } = state;
    const rollout = begin('primary', { primary, previous, shadow: null });
    return { ...state, primary: version, previous: primary, rollout };
  }
  if (state.primary === null) refuseWithoutPrimary(kind);
  if (kind === 'shadow') {
    const { sample } = order.role;
    const shadow = { ...version, ...(sample === undefined ? {} : { sample }) };
    return { ...state, shadows: [...state.shadows, shadow], rollout: begin('shadow') };
  }
  if (kind === 'canary') {
    refuseSecondCanary(state);
    const canary = { ...version, ...order.role.plan, state: 'running' as const, step: 0, reason: null };
    return { ...state, canary, rollout: begin('canary') };
  }
  const challenger = { ...version, traffic: order.role.traffic };
  return { ...state, challengers: [...state.challengers, challenger], rollout: begin('challenger') };
}

/** @throws {UnknownVersionError | InvalidOptionsError} if one is no challenger. */
export function trafficSet(state: FleetState, shares: ReadonlyMap<string, number>): FleetState {
  for (const version of shares.keys()) {
    const role = roleIn(state, version);
    if (role === null) unknown(state, version);
    if (role !== 'challenger')
      bad('shares', 'versions that are challengers', `${JSON.stringify(version)}, the ${role}`);
  }
  const challengers = state.challengers.map((one) => ({ ...one, traffic: shares.get(one.version) ?? one.traffic }));
  return { ...state, challengers };
}

/** @throws {UnknownVersionError} if the fleet does not have the version. @throws {InvalidOptionsError} during a roll-out. */
export function promoted(state: FleetState, version: string, id: string): FleetState {
  const role = roleIn(state, version);
  const isPrevious = role === null && version === state.previous?.version;
  if (role === null && !isPrevious) unknown(state, version);
  if (role === 'primary') return state;
  refuseDuringRollout(state);
  if (isPrevious) return swapped(state);
  const found = [...state.challengers, ...state.shadows, liveCanary(state)].find((one) => one?.version === version);
  if (found === undefined || found === null) unknown(state, version);
  const without = removed(state, version);
  const { primary, previous } = state;
  const next = { ...without, primary: plain(found), previous: primary };
  if (role !== 'shadow')
    return role === 'canary' ? { ...next, canary: ended(state, 'promoted', 'it was promoted by hand') } : next;
  // Each node must load a shadow again before it can answer.
  const shadow = state.shadows.find((one) => one.version === version) ?? null;
  const replaced = { primary, previous, shadow };
  const rollout: FleetRollout = {
    ...{ id, version, role: 'primary', state: 'loading', node: null, code: null, reason: null },
    replaced,
  };
  return { ...next, rollout };
}

/**
 * Takes back a roll-out that has not ended; else withdraws a canary that has not ended; else swaps the primary and the version before.
 *
 * @throws {UnknownVersionError} if there is nothing of that.
 */
export function rolledBack(state: FleetState): FleetState {
  const reason = 'it was rolled back by hand';
  if (state.rollout?.state === 'loading') return takenBack(state, { node: null, code: null, reason });
  const canary = liveCanary(state);
  return canary === null ? swapped(state) : removed(state, canary.version, reason);
}

function swapped(state: FleetState): FleetState {
  const { primary, previous } = state;
  if (previous === null || primary === null) nothingBefore(state);
  // The version before may have got another role meanwhile.
  const { challengers, shadows, canary } = removed(state, previous.version, 'it was rolled back to by hand');
  return { ...state, challengers, shadows, canary, primary: previous, previous: primary };
}

/** @throws {UnknownVersionError} if the fleet does not have it. @throws {InvalidOptionsError} if it is the primary. */
export function retired(state: FleetState, version: string): FleetState {
  const role = roleIn(state, version);
  if (role === null) unknown(state, version);
  if (role === 'primary') bad('version', 'a version that is not the primary', JSON.stringify(version));
  const { rollout } = state;
  if (rollout?.state === 'loading' && rollout.version === version) {
    return takenBack(state, { node: null, code: null, reason: 'it was retired by hand' });
  }
  return removed(state, version);
}

/** The thresholds of a patch hold for all versions, as after `FraudScorer.setPolicy`: those that versions have of their own give way. */
export function policySet(state: FleetState, patch: Partial<DecisionPolicy>): FleetState {
  const { primary, previous, challengers, shadows, canary, rollout } = state;
  const without = <Version extends FleetVersion>(one: Version): Version => {
    if (one.policy === undefined) return one;
    return { ...one, policy: Object.fromEntries(Object.entries(one.policy).filter(([name]) => !(name in patch))) };
  };
  const orNull = <Version extends FleetVersion>(one: Version | null): Version | null => one && without(one);
  const replaced = rollout?.replaced ?? null;
  return {
    ...{ primary: orNull(primary), previous: orNull(previous), canary: orNull(canary) },
    challengers: challengers.map(without),
    shadows: shadows.map(without),
    policy: { ...state.policy, ...patch },
    rollout: rollout && {
      ...rollout,
      replaced: replaced && {
        primary: orNull(replaced.primary),
        previous: orNull(replaced.previous),
        shadow: orNull(replaced.shadow),
      },
    },
  };
}

/** Why a roll-out is taken back. */
export type FailureReason = Pick<FleetRollout, 'node' | 'code' | 'reason'>;

/** The state without the version that is being rolled out. Does nothing if nothing is. */
export function takenBack(state: FleetState, why: FailureReason): FleetState {
  const { rollout } = state;
  if (rollout?.state !== 'loading') return state;
  const failed: FleetRollout = { ...rollout, ...why, state: 'failed' };
  const { replaced, role, version } = rollout;
  if (role !== 'primary' || replaced === null) {
    const { challengers, shadows } = removed(state, version);
    const canary = role === 'canary' ? ended(state, 'aborted', why.reason) : state.canary;
    return { ...state, challengers, shadows, canary, rollout: failed };
  }
  const { primary, previous, shadow } = replaced;
  const shadows = shadow === null ? state.shadows : [...state.shadows, shadow];
  return { ...state, primary, previous, shadows, rollout: failed };
}

/** All nodes have the version. */
export function rolloutDone(state: FleetState): FleetState {
  const { rollout } = state;
  return rollout?.state === 'loading' ? { ...state, rollout: { ...rollout, state: 'done' } } : state;
}

/** The canary without its plan for traffic. */
export function ended(
  { canary }: FleetState,
  state: 'promoted' | 'aborted',
  reason: string | null,
): FleetState['canary'] {
  return canary === null ? null : { ...canary, state, reason };
}

function removed(state: FleetState, version: string, reason = 'it was retired by hand'): FleetState {
  const others = ({ version: other }: FleetVersion): boolean => other !== version;
  const isCanary = liveCanary(state)?.version === version;
  return {
    ...state,
    challengers: state.challengers.filter(others),
    shadows: state.shadows.filter(others),
    canary: isCanary ? ended(state, 'aborted', reason) : state.canary,
  };
}

/** Without share, sample or plan. */
export function plain({ model, version, sha256, policy, rollout }: FleetVersion): FleetVersion {
  return {
    model,
    version,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(policy === undefined ? {} : { policy }),
    ...(rollout === undefined ? {} : { rollout }),
  };
}
