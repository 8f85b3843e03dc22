import type { ColumnsOptions } from '../api/request.js';
import type { ColumnScores, ModelIdentity } from '../api/result.js';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  FraudScorerError,
  InferenceError,
  InvalidRequestError,
} from '../errors.js';
import { outsideOfRequests } from '../host/async-context.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import { outOfResources } from '../host/out-of-resources.js';
import { watchSignal } from '../requests/abort-registry.js';
import type { RowLayout } from '../requests/row-layout.js';
import { isAborted, reasonOf } from '../requests/score-options.js';
import { IssueList } from '../validation/issues.js';
import { ColumnCall } from './column-call.js';
import type { ColumnQueue } from './column-queue.js';
import { checkValues } from './column-values.js';
import { type ColumnReader, type ColumnsCall, readColumns, readColumnsOptions } from './read-columns.js';

/** Rows whose values are checked in one turn of the event loop. Takes some tenths of a millisecond. */
const rowsPerTurn = 4_096;

/** The parts of a version that a call needs. */
export interface ColumnTarget {
  readonly model: ModelIdentity;
  readonly features: { readonly layout: RowLayout; readonly reader: ColumnReader };
  readonly columns: ColumnQueue;
  readonly batcher: { pump(): void };
  readonly columnStats: { recordError(error: FraudScorerError): void };
}

export interface ColumnScoringOptions {
  clock: Clock;
  versions: {
    /** The version for calls that name none. */
    readonly primary: ColumnTarget;
    /** @throws {UnknownVersionError} if no such version is live. */
    byVersion(version: string): ColumnTarget;
  };
  /** Counts calls that are refused before a version is chosen. */
  unrouted: ColumnTarget['columnStats'];
  isClosed: () => boolean;
  onFault: FaultReport;
}

/** The entry point of `scoreColumns`. Checks all values before anything is scored, and handles the timeout and the signal. */
export class ColumnScoring {
  readonly #options: ColumnScoringOptions;

  constructor(options: ColumnScoringOptions) {
    this.#options = options;
  }

  score(columns: unknown, rows: number, options: ColumnsOptions | undefined): Promise<ColumnScores> {
    const { versions, unrouted } = this.#options;
    // The statistics that count a refusal. Before a version is chosen, they belong to no version.
    let observer = unrouted;
    return new Promise((resolve, reject) => {
      try {
        if (this.#options.isClosed()) throw new ClosedError('The scorer is closed');
        const call = readColumnsOptions(options);
        const target = call.version === undefined ? versions.primary : versions.byVersion(call.version);
        observer = target.columnStats;
        this.#begin(target, columns, rows, call, { resolve, reject });
      } catch (error) {
        const known = asScorerError(error);
        observer.recordError(known);
        reject(known);
      }
    });
  }

  #begin(
    target: ColumnTarget,
    columns: unknown,
    rows: number,
    { timeoutMs, signal }: ColumnsCall,
    settlement: ColumnCall['settlement'],
  ): void {
    const { clock, isClosed } = this.#options;
    const queue = target.columns;
    const issues = new IssueList();
    const { layout, reader } = target.features;
    const read = readColumns(columns, rows, layout, reader, issues);
    if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
    // Reading the options may have run the host's code, which may have closed the scorer.
    if (isClosed()) throw new ClosedError('The scorer is closed');
    if (signal !== undefined && isAborted(signal)) throw new AbortedError(reasonOf(signal));

    const call = new ColumnCall(read, rows, target.model, settlement);
    if (signal !== undefined) {
      const abort = (reason: unknown): void => void queue.giveUp(call, new AbortedError(reason));
      call.stopListening = watchSignal(signal, abort, this.#options.onFault);
    }
    if (Number.isFinite(timeoutMs)) {
      const expire = (): void => void queue.giveUp(call, new DeadlineExceededError(timeoutMs));
      call.timer = clock.after(timeoutMs, expire);
    }
    queue.announce(call);
    this.#check(target, call, 0, new IssueList());
  }

  /** Checks the values of some rows, then the next rows in the next turn. A million rows must not block the event loop. */
  #check(target: ColumnTarget, call: ColumnCall, from: number, issues: IssueList): void {
    if (call.isSettled) return;
    const to = Math.min(from + rowsPerTurn, call.rows);
    try {
      for (const column of call.columns) checkValues(column, from, to, issues);
    } catch {
      // The host's own list type threw. Its error may quote values.
      issues.add('features', 'arrays that can be read', 'one that throws when it is read');
    }
    if (to < call.rows) {
      this.#options.clock.soon(() => this.#check(target, call, to, issues));
      return;
    }
    if (issues.total > 0) {
      target.columns.giveUp(call, new InvalidRequestError(issues.listed, issues.total));
      return;
    }
    target.columns.add(call);
    outsideOfRequests(() => target.batcher.pump());
  }
}

function asScorerError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error;
  const shortage = outOfResources(error, 'There is no memory for the scores of so many rows: score fewer in a call');
  return shortage ?? new InferenceError('The rows could not be taken in', { cause: error });
}
