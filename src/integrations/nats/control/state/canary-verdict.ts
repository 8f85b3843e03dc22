import type { Verdict } from '../../../../deployments/canary/verdict.js';
import { ended, plain, takenBack } from './commands.js';
import { type FleetState, liveCanary } from './fleet-state.js';

/**
 * The state after a verdict on the fleet's canary.
 *
 * @param first the step at which the canary that gave the verdict began.
 * @returns the same object if nothing changes.
 */
export function afterVerdict(state: FleetState, verdict: Verdict, first: number): FleetState {
  const canary = liveCanary(state);
  if (canary === null) return state;
  switch (verdict.kind) {
    case 'stay':
      return state;
    case 'waiting':
      if (canary.state === 'waiting' && canary.reason === verdict.reason) return state;
      return { ...state, canary: { ...canary, state: 'waiting', reason: verdict.reason } };
    case 'step':
      return { ...state, canary: { ...canary, state: 'running', step: first + verdict.step, reason: null } };
    case 'promote':
      return { ...state, primary: plain(canary), previous: state.primary, canary: ended(state, 'promoted', null) };
    case 'abort':
      return aborted(state, verdict.reason);
  }
}

/** Nodes that have not loaded it yet need not. */
function aborted(state: FleetState, reason: string): FleetState {
  const isLoading = state.rollout?.state === 'loading' && state.rollout.role === 'canary';
  return isLoading
    ? takenBack(state, { node: null, code: null, reason })
    : { ...state, canary: ended(state, 'aborted', reason) };
}
