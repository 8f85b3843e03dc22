import type { ScoreResult } from '../../../api/result.js';
import type { FraudScorerError } from '../../../errors.js';
import type { Reject, RequestTable, Resolve, Settlements } from '../../../requests/request-table.js';

/** The caller of a request: a promise, or a place in the list of `scoreMany`. */
export type Caller = { resolve: Resolve; reject: Reject } | { settlements: Settlements; place: number };

export function keepCaller(table: RequestTable, row: number, caller: Caller): void {
  if ('resolve' in caller) {
    table.resolve[row] = caller.resolve;
    table.reject[row] = caller.reject;
  } else {
    table.settlements[row] = caller.settlements;
    table.place[row] = caller.place;
  }
}

/** Read it before the row is released. */
export function callerOf({ resolve, reject, settlements, place }: RequestTable, row: number): Caller {
  const settle = settlements[row];
  if (settle !== null && settle !== undefined) return { settlements: settle, place: place[row] as number };
  return { resolve: resolve[row] ?? (() => {}), reject: reject[row] ?? (() => {}) };
}

export function resolveCaller(caller: Caller, result: ScoreResult): void {
  if ('resolve' in caller) caller.resolve(result);
  else caller.settlements.resolve(caller.place, result);
}

export function rejectCaller(caller: Caller, error: FraudScorerError): void {
  if ('reject' in caller) caller.reject(error);
  else caller.settlements.reject(caller.place, error);
}
