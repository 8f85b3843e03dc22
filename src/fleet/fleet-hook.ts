import type { RememberedDecision } from '../monitoring/labels/outcomes.js';
import type { LiveVersion } from './live-versions.js';
import type { NodeReading } from './node-reading.js';

/** The name of the scorer's hidden property that holds its `FleetHook`. Other copies of the package find it under the same symbol. */
const fleetSymbol = Symbol.for('fraud-scorer.fleet');

/** Reads the parts of a scorer. */
export interface FleetSources {
  versions: () => LiveVersion[];
  reading: () => NodeReading;
  remembered: (id: string) => RememberedDecision | null;
}

/** What a fleet reads of a scorer. It gives plain values and bytes, because `fraud-scorer/nats` has classes of its own. */
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
  return (
    typeof value === 'object' && value !== null && 'versions' in value && 'reading' in value && 'remembered' in value
  );
}
