import type { Alert } from '../../api/alerts.js';
import type { ModelIdentity, ScoreOutcome, ScoreResult } from '../../api/result.js';
import { type ErrorCode, FraudScorerError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';
import { contained, type FaultReport } from '../../host/faults.js';
import { causeOf } from '../counts.js';
import { Channels, hearsOfBatches, hearsOfRequests } from './channels.js';
import {
  type BatchStart,
  type BatchWatch,
  type CallEnd,
  type CallKind,
  type CallWatch,
  type RequestEnd,
  type RequestWatch,
  type TraceIds,
  type Watcher,
  watchSymbol,
} from './watcher.js';

/** The watchers of a request. */
export type Trace = readonly RequestWatch[];

/** The watchers of a call. */
export type CallTrace = readonly CallWatch[];

/** Why a request ended without a model answer. */
export interface Failure {
  code: ErrorCode;
  /** Whether it was taken in and given up by `close`. That is a failure, not a rejection. */
  isAbandoned: boolean;
  /** The fallback's answer; null if the caller got the error. */
  fallback: ScoreResult | null;
  model: ModelIdentity;
  /** Whether a version had been chosen. */
  isRouted: boolean;
  totalMs: number;
}

/**
 * The only place where requests are traced, for spans and for subscribers of channels. Without watchers, a request costs one check when it
 * comes and one when it ends.
 */
export class Traces {
  /** The number of traced requests that have a row. Read for each request that ends. */
  open = 0;
  readonly #rows = new Map<number, Trace>();
  readonly #onFault: FaultReport;
  #watchers: readonly Watcher[] = [];
  #channels: Channels | null = null;
  #isWatched = false;

  /** Nobody can watch before `serve`, so that a rehearsal is not reported. */
  constructor(onFault: FaultReport = () => {}) {
    this.#onFault = onFault;
  }

  /** Allows watchers. @param scorer the scorer by which they find it. */
  serve(scorer: object, clock: Pick<Clock, 'epochMs'>): void {
    this.#channels = new Channels(scorer, () => clock.epochMs());
    // Not in the scorer's type, because it is only for this package's own integrations.
    Object.defineProperty(scorer, watchSymbol, { value: (watcher: Watcher) => this.#watch(watcher) });
  }

  /** Whether anybody watches requests. Read for each request that comes. */
  get isActive(): boolean {
    return this.#isWatched || (hearsOfRequests() && this.#channels !== null);
  }

  /** Whether anybody watches batches. */
  get watchesBatches(): boolean {
    return this.#isWatched || (hearsOfBatches() && this.#channels !== null);
  }

  /** A request has come. Call it in its caller's context. @returns null if nobody wants to hear more of it. */
  begin(call: CallTrace | null): Trace | null {
    const watches: RequestWatch[] = [];
    if (hearsOfRequests()) this.#add(watches, () => this.#channels?.request());
    for (const watcher of this.#watchers) this.#add(watches, () => watcher.request(call ?? []));
    return watches.length === 0 ? null : watches;
  }

  /** Stores the trace under the request's row, so that it can be found again. */
  keep(row: number, trace: Trace): void {
    this.#rows.set(row, trace);
    this.open = this.#rows.size;
  }

  /** Removes the trace of a row. @returns the trace, which the caller must end; null if there is none. */
  take(row: number): Trace | null {
    const trace = this.#rows.get(row);
    if (trace === undefined) return null;
    this.#rows.delete(row);
    this.open = this.#rows.size;
    return trace;
  }

  /** What a row's request is found by in a tracing system; null if it is not traced. */
  idsOf(row: number): TraceIds | null {
    for (const { ids } of this.#rows.get(row) ?? []) if (ids !== undefined) return ids;
    return null;
  }

  /** A model answered the request. */
  answered(trace: Trace, result: ScoreResult, model: ModelIdentity): void {
    const { totalMs } = result.timing;
    this.end<RequestEnd>(trace, { outcome: 'succeeded', version: model.version, model, result, error: null, totalMs });
  }

  /** No model answered the request. */
  failed(trace: Trace, { code, isAbandoned, fallback, model, isRouted, totalMs }: Failure): void {
    const outcome = isAbandoned ? 'failed' : causeOf(code);
    const version = isRouted ? model.version : '';
    this.end<RequestEnd>(trace, { outcome, version, model, result: fallback, error: code, totalMs });
  }

  /** A batch goes to a worker. @param rows its rows; the first `start.rows` belong to it. */
  batch(start: BatchStart, rows: ArrayLike<number>): readonly BatchWatch[] {
    const watches: BatchWatch[] = [];
    if (hearsOfBatches()) this.#add(watches, () => this.#channels?.batch(start));
    if (!this.#isWatched) return watches;
    const requests: RequestWatch[] = [];
    for (let place = 0; place < start.rows; place += 1) requests.push(...(this.#rows.get(rows[place] as number) ?? []));
    for (const watcher of this.#watchers) this.#add(watches, () => watcher.batch(start, requests));
    return watches;
  }

  /** Traces a call of `scoreMany`. */
  many(work: (call: CallTrace | null) => Promise<ScoreOutcome[]>): Promise<ScoreOutcome[]> {
    return this.#call('scoreMany', work, (outcomes) => ({
      rows: outcomes.length,
      failed: outcomes.filter(({ status }) => status === 'rejected').length,
      version: null,
      error: null,
    }));
  }

  /** Traces a call of `scoreColumns`. @param rows the value that the host gave. */
  columns<T extends { model: ModelIdentity }>(rows: unknown, work: () => Promise<T>): Promise<T> {
    const given = typeof rows === 'number' ? rows : null;
    const endOf = ({ model }: T): CallEnd => ({ rows: given, failed: 0, version: model.version, error: null });
    return this.#call('scoreColumns', work, endOf, given);
  }

  alert(state: 'raised' | 'cleared', alert: Alert): void {
    this.#channels?.alert(state, alert);
  }

  #call<T>(
    kind: CallKind,
    work: (call: CallTrace | null) => Promise<T>,
    endOf: (result: T) => CallEnd,
    rows: number | null = null,
  ): Promise<T> {
    const watches: CallWatch[] = [];
    for (const watcher of this.#watchers) this.#add(watches, () => watcher.call(kind));
    if (watches.length === 0) return work(null);
    // It may throw before there is a promise.
    const promise = new Promise<T>((resolve) => resolve(work(watches)));
    promise.then(
      (result) => this.end(watches, endOf(result)),
      (error: unknown) => {
        const code = error instanceof FraudScorerError ? error.code : 'ERR_INFERENCE';
        this.end(watches, { rows, failed: rows ?? 0, version: null, error: code });
      },
    );
    return promise;
  }

  /** @returns a function that stops the watcher. Requests that it already watches are watched to their end. */
  #watch(watcher: Watcher): () => void {
    this.#set([...this.#watchers, watcher]);
    return () => this.#set(this.#watchers.filter((other) => other !== watcher));
  }

  #set(watchers: readonly Watcher[]): void {
    this.#watchers = watchers;
    this.#isWatched = watchers.length > 0;
  }

  #add<T>(to: T[], make: () => T | null | undefined): void {
    contained(() => {
      const made = make();
      if (made !== null && made !== undefined) to.push(made);
    }, this.#onFault);
  }

  /** Reports the end to all watchers. */
  end<End>(watches: readonly { end(end: End): void }[], end: End): void {
    for (const watch of watches) contained(() => watch.end(end), this.#onFault);
  }
}
