import type { DecisionPolicy } from '../../../../api/policy.js';
import { type FleetState, type FleetVersion, liveCanary } from './fleet-state.js';

/**
 * The thresholds that the fleet sets for a version of a node: the version's own, else those for all versions. It depends on the state alone, so
 * all nodes have the same, whatever they did before. Where it sets none, those of the node's options hold, then those of the manifest.
 */
export function policyOf(state: FleetState, version: string): Partial<DecisionPolicy> {
  const { primary, previous, challengers, shadows, rollout } = state;
  const replaced = rollout?.replaced ?? null;
  // Nodes may still have, or keep for a rollback, what was replaced.
  const before = [previous, replaced?.primary, replaced?.previous, replaced?.shadow];
  const all: readonly (FleetVersion | null | undefined)[] = [
    ...[primary, liveCanary(state), ...challengers, ...shadows],
    ...before,
  ];
  return { ...state.policy, ...all.find((one) => one?.version === version)?.policy };
}
