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
  type Watcher,
  watchSymbol,
} from './watcher.js';

/** A request that is watched, and by whom. */
export type Trace = readonly RequestWatch[];

/** A call that is watched, and by whom. */
export type CallTrace = readonly CallWatch[];

/** What ended a request without an answer of the model's. */
export interface Failure {
  code: ErrorCode;
  /** Whether it was taken in and given up by `close`: that is a failure, and no rejection. */
  isAbandoned: boolean;
  /** What the fallback answered; null where the caller got the error. */
  fallback: ScoreResult | null;
  model: ModelIdentity;
  /** Whether a version had been chosen. */
  isRouted: boolean;
  totalMs: number;
}

/**
 * The one place where the way of requests is watched: by spans, by the subscribers of channels. Where nobody watches, a request pays for a
 * look when it comes and another when it ends.
 */
export class Traces {
  /** How many watched requests have a row. Looked at for each request that ends. */
  open = 0;
  readonly #rows = new Map<number, Trace>();
  readonly #onFault: FaultReport;
  #watchers: readonly Watcher[] = [];
  #channels: Channels | null = null;
  #isWatched = false;

  /** Nobody watches before `serve`: what rehearses tells nobody of anything. */
  constructor(onFault: FaultReport = () => {}) {
    this.#onFault = onFault;
  }

  /** Lets others watch. @param scorer which they find it by. */
  serve(scorer: object, clock: Pick<Clock, 'epochMs'>): void {
    this.#channels = new Channels(scorer, () => clock.epochMs());
    // Not in its type: it is there for this package's own integrations.
    Object.defineProperty(scorer, watchSymbol, { value: (watcher: Watcher) => this.#watch(watcher) });
  }

  /** Whether anybody watches requests. Looked at for each request that comes. */
  get isActive(): boolean {
    return this.#isWatched || (hearsOfRequests() && this.#channels !== null);
  }

  /** Whether anybody watches batches. */
  get watchesBatches(): boolean {
    return this.#isWatched || (hearsOfBatches() && this.#channels !== null);
  }

  /** A request has come. Call it in its caller's context. @returns null where nobody wants to hear more of it. */
  begin(call: CallTrace | null): Trace | null {
    const watches: RequestWatch[] = [];
    if (hearsOfRequests()) this.#add(watches, () => this.#channels?.request());
    for (const watcher of this.#watchers) this.#add(watches, () => watcher.request(call ?? []));
    return watches.length === 0 ? null : watches;
  }

  /** The request has a row, by which its trace is found again. */
  keep(row: number, trace: Trace): void {
    this.#rows.set(row, trace);
    this.open = this.#rows.size;
  }

  /** Lets go of a row. @returns the trace of its request, to be ended by whoever takes it; null where it has none. */
  take(row: number): Trace | null {
    const trace = this.#rows.get(row);
    if (trace === undefined) return null;
    this.#rows.delete(row);
    this.open = this.#rows.size;
    return trace;
  }

  /** A model answered the request. */
  answered(trace: Trace, result: ScoreResult, model: ModelIdentity): void {
    const { totalMs } = result.timing;
    this.end<RequestEnd>(trace, { outcome: 'succeeded', version: model.version, model, result, error: null, totalMs });
  }

  /** No model answered it. */
  failed(trace: Trace, { code, isAbandoned, fallback, model, isRouted, totalMs }: Failure): void {
    const outcome = isAbandoned ? 'failed' : causeOf(code);
    const version = isRouted ? model.version : '';
    this.end<RequestEnd>(trace, { outcome, version, model, result: fallback, error: code, totalMs });
  }

  /** A batch goes to a worker. @param rows of its requests; the first `start.rows` are. */
  batch(start: BatchStart, rows: ArrayLike<number>): readonly BatchWatch[] {
    const watches: BatchWatch[] = [];
    if (hearsOfBatches()) this.#add(watches, () => this.#channels?.batch(start));
    if (!this.#isWatched) return watches;
    const requests: RequestWatch[] = [];
    for (let place = 0; place < start.rows; place += 1) requests.push(...(this.#rows.get(rows[place] as number) ?? []));
    for (const watcher of this.#watchers) this.#add(watches, () => watcher.batch(start, requests));
    return watches;
  }

  /** Watches a call of `scoreMany`. */
  many(work: (call: CallTrace | null) => Promise<ScoreOutcome[]>): Promise<ScoreOutcome[]> {
    return this.#call('scoreMany', work, (outcomes) => ({
      rows: outcomes.length,
      failed: outcomes.filter(({ status }) => status === 'rejected').length,
      version: null,
      error: null,
    }));
  }

  /** Watches a call of `scoreColumns`. @param rows as the host gave it. */
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

  /** @returns what stops it. Requests that are watched are so to their end. */
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

  /** Tells all that watch something of its end. */
  end<End>(watches: readonly { end(end: End): void }[], end: End): void {
    for (const watch of watches) contained(() => watch.end(end), this.#onFault);
  }
}
