import type { LiveVersion } from './live-versions.js';

/** The name of the scorer's hidden property that holds its `FleetHook`. Other copies of the package find it under the same symbol. */
const fleetSymbol = Symbol.for('fraud-scorer.fleet');

/** What a fleet reads of a scorer. It gives plain values and bytes, because `fraud-scorer/nats` has classes of its own. */
export class FleetHook {
  readonly #versions: () => LiveVersion[];

  constructor(versions: () => LiveVersion[]) {
    this.#versions = versions;
  }

  /** What each live version has done. For a fleet-wide canary. */
  versions(): LiveVersion[] {
    return this.#versions();
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
  return typeof value === 'object' && value !== null && 'versions' in value && 'serve' in value;
}
