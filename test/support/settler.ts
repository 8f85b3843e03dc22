import { Settler, type SettlerOptions } from '../../src/answering/settler.js';
import type { ScoreResult } from '../../src/api/result.js';
import type { FraudScorerError } from '../../src/errors.js';
import type { RequestTable } from '../../src/requests/request-table.js';
import { DeadlineWheel } from '../../src/scheduling/deadline-wheel.js';
import { FakeClock } from './fake-clock.js';
import { claimRow } from './rows.js';

/** A settler without a fallback that tells nobody of decisions, but for what a test says otherwise. */
export function settlerOf(table: RequestTable, options: Partial<SettlerOptions> = {}): Settler {
  const clock = options.clock ?? new FakeClock();
  return new Settler({
    clock,
    table,
    deadlines: new DeadlineWheel(table, clock, () => {}),
    fallback: 'throw',
    events: { decisionListeners: 0, emit: () => {} },
    onFallbackFailure: () => {},
    ...options,
  });
}

/** Callers of requests, by their number, and what they were told. */
export class Callers {
  readonly table: RequestTable;
  readonly told: (ScoreResult | FraudScorerError)[][] = [];

  constructor(table: RequestTable) {
    this.table = table;
  }

  /** @returns the row of the next caller's request. */
  claim(fields: Parameters<typeof claimRow>[1] = {}): number {
    const row = claimRow(this.table, fields);
    const place = this.told.push([]) - 1;
    this.table.place[row] = place;
    this.table.settlements[row] = {
      resolve: (at, result) => this.told[at]?.push(result),
      reject: (at, error) => this.told[at]?.push(error),
    };
    return row;
  }
}
