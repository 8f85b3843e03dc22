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

/** Rows whose values are checked in one turn of the event loop: some tenths of a millisecond. */
const rowsPerTurn = 4_096;

/** What a call needs of the version that answers it. */
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
    /** The version that answers a call that does not name one. */
    readonly primary: ColumnTarget;
    /** @throws {UnknownVersionError} where no such version is live. */
    byVersion(version: string): ColumnTarget;
  };
  /** Counts calls that are refused before a version is chosen. */
  unrouted: ColumnTarget['columnStats'];
  isClosed: () => boolean;
  onFault: FaultReport;
}

/** The door of `scoreColumns`: checks all of it before anything is scored, and minds its timeout and its signal. */
export class ColumnScoring {
  readonly #options: ColumnScoringOptions;

  constructor(options: ColumnScoringOptions) {
    this.#options = options;
  }

  score(columns: unknown, rows: number, options: ColumnsOptions | undefined): Promise<ColumnScores> {
    const { versions, unrouted } = this.#options;
    // Whose count a refusal is: of no version's before one is chosen.
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
    // Reading it may have run code of the host's, which may have called anything.
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

  /** All values of some rows, and the next in the next turn: a million rows must not keep the event loop from the others. */
  #check(target: ColumnTarget, call: ColumnCall, from: number, issues: IssueList): void {
    if (call.isSettled) return;
    const to = Math.min(from + rowsPerTurn, call.rows);
    try {
      for (const column of call.columns) checkValues(column, from, to, issues);
    } catch {
      // A list of the host's own making threw, and its error may quote what it holds.
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
