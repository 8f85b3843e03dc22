import { Canary } from '../../../../deployments/canary/canary.js';
import type { FullReport } from '../node-report.js';
import { afterVerdict } from '../state/canary-verdict.js';
import { type FleetState, liveCanary } from '../state/fleet-state.js';
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

/** Looks at the fleet's canary: the counts of all nodes are summed and given to the same rules as those of one scorer. */
export class FleetCanaryLook {
  #trial: Trial | null = null;

  /** Forgets what was measured. The step begins again at the next look. */
  forget(): void {
    this.#trial = null;
  }

  /** @param now time on the monotonic clock, in ms. @returns the next state; the same object if nothing changes. */
  look(now: number, state: FleetState, reports: readonly FullReport[]): FleetState {
    const wanted = liveCanary(state);
    const { primary } = state;
    if (wanted === null || primary === null) {
      this.#trial = null;
      return state;
    }
    const print = printOf(state);
    if (this.#trial?.print !== print) this.#trial = begin(print, state);
    const trial = this.#trial;
    if (trial === null) return state;
    const others = state.challengers.reduce((sum, { traffic }) => sum + traffic, 0);
    const [primaryReading, canaryReading] = [trial.primary.add(reports), trial.tested.add(reports)];
    const verdict = trial.canary.look(now, primaryReading, canaryReading, trial.tested.designEffect, others);
    const next = afterVerdict(state, verdict, trial.first);
    trial.print = printOf(next);
    return next;
  }
}

/** What the measurements of a step hold for. */
function printOf({ primary, canary }: FleetState): string {
  if (canary === null) return '';
  const { state: _state, reason: _reason, ...plan } = canary;
  return JSON.stringify([primary, plan]);
}

function begin(print: string, state: FleetState): Trial | null {
  const wanted = liveCanary(state);
  const [first, ...others] = wanted?.steps.slice(wanted.step) ?? [];
  if (wanted === null || state.primary === null || first === undefined) return null;
  const { step, stepMs, minRequests, maxErrorRate, maxLatencyRatio, maxBlockRateChange } = wanted;
  const limits = { stepMs, minRequests, maxErrorRate, maxLatencyRatio, maxBlockRateChange };
  const plan = { ...limits, steps: [first, ...others] as const, gate: undefined };
  return {
    print,
    canary: new Canary(plan, { onFailure: () => {}, onAnswer: () => {} }),
    first: step,
    primary: new SummedReadings(state.primary.version),
    tested: new SummedReadings(wanted.version),
  };
}
