import type { Clock } from '../clock.js';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  FraudScorerError,
  InferenceError,
  InvalidRequestError,
} from '../errors.js';
import type { FaultReport } from '../faults.js';
import { IssueList } from '../issues.js';
import { outOfResources } from '../out-of-resources.js';
import { AbortRegistry } from '../request/abort-registry.js';
import type { RowLayout } from '../request/feature-row.js';
import { isAborted, reasonOf } from '../request/score-options.js';
import type { ColumnScores, ColumnsOptions } from '../types.js';
import { ColumnCall } from './column-call.js';
import type { ColumnQueue } from './column-queue.js';
import { checkValues } from './column-values.js';
import { readColumns, readColumnsOptions } from './read-columns.js';

/** Rows whose values are checked in one turn of the event loop: some tenths of a millisecond. */
const rowsPerTurn = 4_096;

export interface ColumnScoringOptions {
  clock: Clock;
  layout: RowLayout;
  queue: ColumnQueue;
  isClosed: () => boolean;
  /** Rows wait now. */
  onQueued: () => void;
  onRefused: (error: FraudScorerError) => void;
  onFault: FaultReport;
}

/** The door of `scoreColumns`: checks all of it before anything is scored, and minds its timeout and its signal. */
export class ColumnScoring {
  readonly #options: ColumnScoringOptions;
  readonly #aborts: AbortRegistry<ColumnCall>;

  constructor(options: ColumnScoringOptions) {
    this.#options = options;
    this.#aborts = new AbortRegistry(
      (call, reason) => void options.queue.giveUp(call, new AbortedError(reason)),
      options.onFault,
    );
  }

  score(columns: unknown, rows: number, options: ColumnsOptions | undefined): Promise<ColumnScores> {
    return new Promise((resolve, reject) => {
      try {
        this.#begin(columns, rows, options, { resolve, reject });
      } catch (error) {
        const known = asScorerError(error);
        this.#options.onRefused(known);
        reject(known);
      }
    });
  }

  #begin(
    columns: unknown,
    rows: number,
    options: ColumnsOptions | undefined,
    settlement: ColumnCall['settlement'],
  ): void {
    const { clock, layout, isClosed } = this.#options;
    if (isClosed()) throw new ClosedError('The scorer is closed');
    const { timeoutMs, signal } = readColumnsOptions(options);
    const issues = new IssueList();
    const read = readColumns(columns, rows, layout, issues);
    if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
    // Reading it may have run code of the host's, which may have called anything.
    if (isClosed()) throw new ClosedError('The scorer is closed');
    if (signal !== undefined && isAborted(signal)) throw new AbortedError(reasonOf(signal));

    const call = new ColumnCall(read, rows, settlement);
    if (signal !== undefined) this.#aborts.watch(signal, call);
    if (Number.isFinite(timeoutMs)) {
      const expire = (): void => void this.#options.queue.giveUp(call, new DeadlineExceededError(timeoutMs));
      call.timer = clock.after(timeoutMs, expire);
    }
    this.#options.queue.announce(call);
    this.#check(call, 0, new IssueList());
  }

  /** All values of some rows, and the next in the next turn: a million rows must not keep the event loop from the others. */
  #check(call: ColumnCall, from: number, issues: IssueList): void {
    if (call.isSettled) return;
    const to = Math.min(from + rowsPerTurn, call.rows);
    try {
      for (const column of call.columns) checkValues(column, from, to, issues);
    } catch {
      // A list of the host's own making threw, and its error may quote what it holds.
      issues.add('features', 'arrays that can be read', 'one that throws when it is read');
    }
    if (to < call.rows) {
      this.#options.clock.soon(() => this.#check(call, to, issues));
      return;
    }
    if (issues.total > 0) {
      this.#options.queue.giveUp(call, new InvalidRequestError(issues.listed, issues.total));
      return;
    }
    this.#options.queue.add(call);
    this.#options.onQueued();
  }
}

function asScorerError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error;
  const shortage = outOfResources(error, 'There is no memory for the scores of so many rows: score fewer in a call');
  return shortage ?? new InferenceError('The rows could not be taken in', { cause: error });
}
