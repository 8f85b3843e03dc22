import type { DecisionPolicy } from '../../../../api/policy.js';

/** A version of a model, as the nodes of a fleet find it. */
export interface FleetVersion {
  /** The name of the model, as in its `model.json`. */
  model: string;
  /** The version, as in its `model.json`. */
  version: string;
  /** The sha256 of `model.json`, which names those of the other files. A node refuses a model whose manifest has another one. */
  sha256?: string;
  /** Thresholds of this version alone. They override those of `FleetState.policy`. `setPolicy` takes away those that it names. */
  policy?: Partial<DecisionPolicy>;
  /**
   * The id of the roll-out that brought it. Without `sha256`, nodes look at their files again when another roll-out brings a version of
   * this name.
   */
  rollout?: string;
}

/** A version that answers a share of the fleet's requests. */
export interface FleetChallenger extends FleetVersion {
  /** Its share of each node's traffic, in [0, 1]. All challengers and the canary have at most 1 together. */
  traffic: number;
}

/** A version that gets copies of the fleet's requests. */
export interface FleetShadow extends FleetVersion {
  /** The share of requests that it gets copies of, in (0, 1]. @default 1 */
  sample?: number;
}

/** The limits of a fleet's canary. The fields mean what they mean in `CanaryOptions`. JSON has no infinity, and there is no gate. */
export interface FleetCanaryPlan {
  /** The shares of each step, ascending, in (0, 1]; the first is below 1. @default [0.05, 0.25, 1] */
  steps: readonly number[];
  /** The least time in a step, in milliseconds. @default 600_000 */
  stepMs: number;
  /** The least number of requests of both versions in a window, over all nodes. @default 200 */
  minRequests: number;
  /** In [0, 1]. @default 0.01 */
  maxErrorRate: number;
  /** At least 1. @default 2 */
  maxLatencyRatio: number;
  /** In (0, 1]. @default 0.02 */
  maxBlockRateChange: number;
}

/** The canary of a fleet, or its last one. */
export interface FleetCanary extends FleetVersion, FleetCanaryPlan {
  /** After `promoted` and `aborted` it only says what happened. */
  state: 'running' | 'waiting' | 'promoted' | 'aborted';
  /** Index in `steps` of the current step. */
  step: number;
  /** Why it waits or was aborted; null if there is nothing to say. */
  reason: string | null;
}

/** What the roll-out of a version replaced, to be put back if it fails. */
export interface ReplacedVersions {
  primary: FleetVersion | null;
  previous: FleetVersion | null;
  /** The shadow that was promoted, if it was one. */
  shadow: FleetShadow | null;
}

/** The last version that was to be loaded by all nodes. */
export interface FleetRollout {
  /** A random text. */
  id: string;
  version: string;
  role: 'primary' | 'challenger' | 'shadow' | 'canary';
  /** `loading`: not all nodes have it yet. `failed`: it was taken back, because a node could not load it or somebody has rolled back. */
  state: 'loading' | 'done' | 'failed';
  /** The node that could not load it; null if there is none. */
  node: string | null;
  /** The code of that node's error; null if there is none. */
  code: string | null;
  /** Why it failed; null if it has not. */
  reason: string | null;
  /** null if it replaced nothing. */
  replaced: ReplacedVersions | null;
}

/** What all nodes of a fleet should serve. It is the JSON in the bucket's key. */
export interface FleetState {
  /** null before the first deployment: nodes keep what they have. */
  primary: FleetVersion | null;
  /** What `rollback` returns to where no roll-out and no canary is under way. */
  previous: FleetVersion | null;
  challengers: readonly FleetChallenger[];
  shadows: readonly FleetShadow[];
  canary: FleetCanary | null;
  /** Thresholds for all versions, where a version has none of its own. */
  policy: Partial<DecisionPolicy>;
  rollout: FleetRollout | null;
}

/** Nothing is desired yet. */
export const emptyState: FleetState = {
  primary: null,
  previous: null,
  challengers: [],
  shadows: [],
  canary: null,
  policy: {},
  rollout: null,
};

/** Whether a state says nothing, as if its entry was deleted. After a first roll-out that was taken back, the roll-out is left. */
export function isEmpty({ primary, rollout }: FleetState): boolean {
  return primary === null && rollout === null;
}

/** @returns the canary if it still has traffic; null if it has ended. */
export function liveCanary({ canary }: FleetState): FleetCanary | null {
  return canary?.state === 'running' || canary?.state === 'waiting' ? canary : null;
}

/** The names of the versions that answer beside the canary. While a primary is rolled out, nodes have that one or the one before. */
export function primariesOf({ primary, rollout }: FleetState): readonly string[] {
  const isReplaced = rollout?.state === 'loading' && rollout.role === 'primary';
  const before = isReplaced ? (rollout.replaced?.primary ?? null) : null;
  return [primary, before].flatMap((one) => (one === null ? [] : [one.version]));
}

/** The canary's share of the traffic in its current step. */
export function shareOf({ steps, step }: FleetCanary): number {
  return steps[step] ?? 0;
}
