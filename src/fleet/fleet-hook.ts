import type { DecisionPolicy } from '../api/policy.js';
import type { RememberedDecision } from '../monitoring/labels/outcomes.js';
import type { LiveModel } from './live-models.js';
import type { LiveVersion } from './live-versions.js';
import type { NodeReading } from './node-reading.js';

/** The name of the scorer's hidden property that holds its `FleetHook`. Other copies of the package find it under the same symbol. */
const fleetSymbol = Symbol.for('fraud-scorer.fleet');

/** Reads the parts of a scorer, and sets its thresholds. */
export interface FleetSources {
  versions: () => LiveVersion[];
  reading: () => NodeReading;
  remembered: (id: string) => RememberedDecision | null;
  models: () => LiveModel[];
  setPolicies: (of: PolicyOf) => void;
}

/** The thresholds that a fleet has set for a version. */
export type PolicyOf = (version: string) => Partial<DecisionPolicy>;

/**
 * What a fleet reads and sets of a scorer, beside its public methods. It gives plain values and bytes, because `fraud-scorer/nats` has
 * classes of its own.
 */
export class FleetHook {
  readonly #sources: FleetSources;

  constructor(sources: FleetSources) {
    this.#sources = sources;
  }

  /** What each live version has done. For a fleet-wide canary. */
  versions(): LiveVersion[] {
    return this.#sources.versions();
  }

  /** Everything that a fleet's summary needs. */
  reading(): NodeReading {
    return this.#sources.reading();
  }

  /** What this scorer, or the decision records that it writes, knows of a decision; null if it knows nothing. */
  remembered(id: string): RememberedDecision | null {
    return this.#sources.remembered(id);
  }

  /** Which versions are live. */
  models(): LiveModel[] {
    return this.#sources.models();
  }

  /** Sets the thresholds of each live version by itself. The host's own hold where the fleet sets none. */
  setPolicies(of: PolicyOf): void {
    this.#sources.setPolicies(of);
  }

  /** Lets a fleet find it. */
  serve(scorer: object): void {
    Object.defineProperty(scorer, fleetSymbol, { value: this });
  }
}

/** @returns null if it is not a `FraudScorer` of this version. */
export function fleetHookOf(scorer: object): FleetHook | null {
  const hook: unknown = Reflect.get(scorer, fleetSymbol);
  return isHook(hook) ? hook : null;
}

function isHook(value: unknown): value is FleetHook {
  if (typeof value !== 'object' || value === null) return false;
  return ['versions', 'reading', 'remembered', 'models', 'setPolicies'].every((name) => name in value);
}
