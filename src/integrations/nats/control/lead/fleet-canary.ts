import { Canary } from '../../../../deployments/canary/canary.js';
import type { FullReport } from '../node-report.js';
import { afterVerdict } from '../state/canary-verdict.js';
import { type FleetState, liveCanary, primariesOf } from '../state/fleet-state.js';
import { SummedReadings } from './summed-readings.js';

/** One canary as its leader sees it. It begins anew when the lead moves, or when somebody else has changed the state. */
interface Trial {
  print: string;
  canary: Canary;
  /** The step at which it began. */
  first: number;
  primary: SummedReadings;
  tested: SummedReadings;
}

/**
 * Looks at the fleet's canary: the counts of all nodes are summed and given to the same rules as those of one scorer. While the canary is held,
 * it is aborted if it does harm, but it does not advance.
 */
export class FleetCanaryLook {
  #trial: Trial | null = null;

  /** Forgets what was measured. The step begins again at the next look. */
  forget(): void {
    this.#trial = null;
  }

  /**
   * @param now time on the monotonic clock, in ms.
   * @param isHeld whether something else than the state holds the canary, see `isHeldBy`.
   * @returns the next state; the same object if nothing changes.
   */
  look(now: number, state: FleetState, reports: readonly FullReport[], isHeld = false): FleetState {
    const holds = isHeld || isHeldBy(state);
    const print = printOf(state, holds);
    const isAnew = this.#trial?.print !== print;
    if (isAnew) this.#trial = begin(print, state, holds);
    const trial = this.#trial;
    if (trial === null) return state;
    const others = state.challengers.reduce((sum, { traffic }) => sum + traffic, 0);
    const [primaryReading, canaryReading] = [trial.primary.add(reports), trial.tested.add(reports)];
    const verdict = trial.canary.look(now, primaryReading, canaryReading, trial.tested.designEffect, others);
    const next = isAnew && !holds ? running(state) : afterVerdict(state, verdict, trial.first);
    trial.print = printOf(next, holds);
    return next;
  }
}

/** The canary's step begins again, so it waits for nothing any more. */
function running(state: FleetState): FleetState {
  const { canary } = state;
  return canary?.state === 'waiting' ? { ...state, canary: { ...canary, state: 'running', reason: null } } : state;
}

/**
 * Whether a roll-out holds the canary: the canary's own, as not all nodes have it yet, or that of another primary, as what the canary is compared
 * with is about to change. Other roll-outs do not concern it.
 */
function isHeldBy({ rollout }: FleetState): boolean {
  return rollout?.state === 'loading' && (rollout.role === 'primary' || rollout.role === 'canary');
}

/** What the measurements of a step hold for. */
function printOf(state: FleetState, holds: boolean): string {
  const canary = liveCanary(state);
  if (canary === null) return '';
  const { state: _state, reason: _reason, ...plan } = canary;
  return JSON.stringify([primariesOf(state), plan, holds]);
}

function begin(print: string, state: FleetState, holds: boolean): Trial | null {
  const wanted = liveCanary(state);
  const primaries = primariesOf(state);
  const [first, ...others] = wanted?.steps.slice(wanted.step) ?? [];
  if (wanted === null || primaries.length === 0 || first === undefined) return null;
  const { step, stepMs, minRequests, maxErrorRate, maxLatencyRatio, maxBlockRateChange } = wanted;
  const limits = { stepMs, minRequests, maxErrorRate, maxLatencyRatio, maxBlockRateChange };
  // In its last step a canary can only be aborted.
  const plan = { ...limits, steps: [first, ...(holds ? [] : others)] as const, gate: undefined };
  return {
    print,
    canary: new Canary(plan, { onFailure: () => {}, onAnswer: () => {} }),
    first: step,
    primary: new SummedReadings(primaries),
    tested: new SummedReadings([wanted.version]),
  };
}
