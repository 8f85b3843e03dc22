import type { Logger } from '../../api/logger.js';
import type { DecisionLog } from './decision-log.js';

/** The name of the scorer's hidden property that holds its `RecordsHook`. Other copies of the package find it under the same symbol. */
const recordsSymbol = Symbol.for('fraud-scorer.records');

/** What `recordDecisions` needs of a scorer. */
export class RecordsHook {
  readonly log: DecisionLog;
  readonly logger: Logger;
  readonly #door: { readonly isClosed: boolean };

  constructor(log: DecisionLog, logger: Logger, door: { readonly isClosed: boolean }) {
    this.log = log;
    this.logger = logger;
    this.#door = door;
  }

  /** Whether the scorer is closed or closing: it takes no more requests. */
  get isClosed(): boolean {
    return this.#door.isClosed;
  }

  /** Lets those who record find it. */
  serve(scorer: object): void {
    Object.defineProperty(scorer, recordsSymbol, { value: this });
  }
}

/** @returns null where it is no `FraudScorer` of this version. */
export function recordsHookOf(scorer: object): RecordsHook | null {
  const hook: unknown = Reflect.get(scorer, recordsSymbol);
  return isHook(hook) ? hook : null;
}

function isHook(value: unknown): value is RecordsHook {
  return typeof value === 'object' && value !== null && 'log' in value && 'logger' in value;
}
