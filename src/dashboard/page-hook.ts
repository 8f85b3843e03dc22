import { contained, type FaultReport } from '../host/faults.js';
import type { ResolvedAlerts } from '../monitoring/alerts/alert-options.js';

/** The name of the scorer's hidden property that holds its `PageHook`. Other copies of the package find it under the same symbol. */
const pageSymbol = Symbol.for('fraud-scorer.page');

/** What the live page needs of a scorer, besides its public methods. */
export class PageHook {
  /** The PSI above which the scorer's own rule reports drift; null if the rule is switched off. */
  readonly driftLimit: number | null;
  readonly #listeners = new Set<() => void>();
  readonly #onFault: FaultReport;

  constructor({ thresholds, rules }: Pick<ResolvedAlerts, 'thresholds' | 'rules'>, onFault: FaultReport) {
    const isJudged = rules.drift !== false && Number.isFinite(thresholds.maxDrift);
    this.driftLimit = isJudged ? thresholds.maxDrift : null;
    this.#onFault = onFault;
  }

  /** Makes the hook available to pages. */
  serve(scorer: object): void {
    Object.defineProperty(scorer, pageSymbol, { value: this });
  }

  /** @param listener called once, when the scorer has closed. @returns a function that removes it. */
  whenClosed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The scorer has closed. */
  closed(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) contained(listener, this.#onFault);
  }
}

/** @returns null if it is not a `FraudScorer` of this version. */
export function pageHookOf(scorer: object): PageHook | null {
  const hook: unknown = Reflect.get(scorer, pageSymbol);
  return isHook(hook) ? hook : null;
}

function isHook(value: unknown): value is PageHook {
  return typeof value === 'object' && value !== null && 'driftLimit' in value && 'whenClosed' in value;
}
