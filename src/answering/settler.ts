import type { DecisionRecord } from '../api/events.js';
import type { Fallback } from '../api/policy.js';
import type { Decision, FallbackResult, ModelIdentity, ModelResult, ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import { type CallerContext, inContext } from '../host/async-context.js';
import type { Clock } from '../host/clock.js';
import { type Trace, Traces } from '../monitoring/traces/traces.js';
import type { FallbackLog, KeptRequest } from '../records/host/fallback-log.js';
import type { Caller, SettlementObserver } from '../requests/caller.js';
import { noBucket, noCopy, type RequestTable } from '../requests/request-table.js';
import type { DeadlineWheel } from '../scheduling/deadline-wheel.js';
import { fallbackDecision } from './fallback.js';

export interface SettlerOptions {
  clock: Clock;
  table: RequestTable;
  deadlines: DeadlineWheel;
  fallback: Fallback;
  /** Gets the decisions. Their records are made only if there is a listener. */
  events: {
    readonly decisionListeners: number;
    emit(event: 'decision', record: DecisionRecord): void;
  };
  /** Gets the outcomes of requests that shadows have copies of. */
  copies?: { answered(place: number, result: ModelResult): void; failed(place: number): void };
  /** Gets the outcomes of requests that were routed among versions, with the version's index and the bucket of the routing key. */
  experiments?: { settled(version: number, bucket: number, outcome: Decision | 'ERROR'): void };
  /** Takes decisions of the fallback to where they are recorded. @default nowhere */
  log?: FallbackLog | undefined;
  /** Tracing of requests. @default none */
  traces?: Traces | undefined;
  onFallbackFailure: (reason: string) => void;
}

/** Settles requests, each exactly once, and releases their rows. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #table: RequestTable;
  readonly #traces: Traces;

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.#table = options.table;
    this.#traces = options.traces ?? new Traces();
  }

  /** Whether the host's code is called for each answer. */
  get tellsHost(): boolean {
    return this.#options.events.decisionListeners > 0 || this.#traces.open > 0;
  }

  /** Settles a request that the model answered. */
  answer(row: number, result: ModelResult): void {
    const table = this.#table;
    const resolve = table.resolve[row] as RequestTable['resolve'][number];
    const settlements = table.settlements[row] as RequestTable['settlements'][number];
    const place = table.place[row] as number;
    const context = table.context[row] as CallerContext | null;
    const copy = table.copy[row] as number;
    const bucket = table.bucket[row] as number;
    const trace = this.#traces.open > 0 ? this.#traces.take(row) : null;
    this.#letGo(row);
    if (copy !== noCopy) this.#options.copies?.answered(copy, result);
    if (bucket !== noBucket) this.#tellExperiments(row, bucket, result.decision);
    if (resolve !== null) resolve(result);
    else settlements?.resolve(place, result);
    if (this.#options.events.decisionListeners > 0) this.#tell(result, result.model, context);
    if (trace !== null) this.#traces.answered(trace, result, result.model);
  }

  /** Settles a request that was taken in but could not be answered. */
  fail(row: number, error: FraudScorerError, model: ModelIdentity, observer: SettlementObserver): void {
    const caller = this.#callerOf(row);
    const copy = this.#table.copy[row] as number;
    const bucket = this.#table.bucket[row] as number;
    const kept = this.#options.fallback === 'throw' ? null : (this.#options.log?.keep(row) ?? null);
    this.#letGo(row);
    if (copy !== noCopy) this.#options.copies?.failed(copy);
    // A cancelled request does not count for the version.
    const isAbandoned = error.code === 'ERR_CLOSED';
    const isFailure = error.code !== 'ERR_ABORTED' && !isAbandoned;
    if (bucket !== noBucket && isFailure) this.#tellExperiments(row, bucket, 'ERROR');
    // Only `close` rejects requests that were taken in with this code. That is a failure, not a rejection.
    if (isAbandoned) observer.recordAbandoned();
    else observer.recordError(error);
    const fallback = this.#settleError(caller, error, model, observer, () => kept);
    if (caller.trace !== null) this.#trace(caller, caller.trace, error, model, fallback, isAbandoned);
  }

  /** Rejects a request that was not taken in. */
  refuse(caller: Caller, error: FraudScorerError, model: ModelIdentity, observer: SettlementObserver): void {
    observer.recordError(error);
    const kept = (): KeptRequest | null => this.#options.log?.keepRefused(model.version) ?? null;
    const fallback = this.#settleError(caller, error, model, observer, kept);
    if (caller.trace !== null) this.#trace(caller, caller.trace, error, model, fallback, false);
  }

  #trace(
    { enqueuedAt, isRouted }: Caller,
    trace: Trace,
    error: FraudScorerError,
    model: ModelIdentity,
    fallback: FallbackResult | null,
    isAbandoned: boolean,
  ): void {
    const totalMs = this.#options.clock.now() - enqueuedAt;
    this.#traces.failed(trace, { code: error.code, isAbandoned, fallback, model, isRouted, totalMs });
  }

  /** @param row the released row. It still has the data of its request. */
  #tellExperiments(row: number, bucket: number, outcome: Decision | 'ERROR'): void {
    this.#options.experiments?.settled(this.#table.version[row] as number, bucket, outcome);
  }

  #letGo(row: number): void {
    this.#options.deadlines.remove(row);
    const stopListening = this.#table.stopListening[row] as (() => void) | null;
    this.#table.release(row);
    stopListening?.();
  }

  #callerOf(row: number): Caller {
    const { request, id, enqueuedAt, context, resolve, reject, settlements, place } = this.#table;
    const list = settlements[row] ?? null;
    const at = place[row] as number;
    return {
      request: request[row] ?? null,
      id: id[row],
      enqueuedAt: enqueuedAt[row] as number,
      context: context[row] ?? null,
      trace: this.#traces.open > 0 ? this.#traces.take(row) : null,
      isRouted: true,
      resolve: resolve[row] ?? ((result) => list?.resolve(at, result)),
      reject: reject[row] ?? ((error) => list?.reject(at, error)),
    };
  }

  /** @returns the fallback's answer, or null if the caller got the error. */
  #settleError(
    caller: Caller,
    error: FraudScorerError,
    model: ModelIdentity,
    observer: SettlementObserver,
    keptOf: () => KeptRequest | null,
  ): FallbackResult | null {
    const decision = this.#askFallback(caller, error);
    if (decision === null) {
      caller.reject(error);
      return null;
    }
    observer.recordFallback(error.code);
    const result: FallbackResult = {
      source: 'fallback',
      decision,
      error: error.code,
      timing: { totalMs: this.#options.clock.now() - caller.enqueuedAt },
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
    };
    if (caller.id !== undefined) result.id = caller.id;
    const kept = keptOf();
    if (kept !== null) this.#options.log?.decided(kept, result);
    caller.resolve(result);
    if (this.#options.events.decisionListeners > 0) this.#tell(result, model, caller.context);
    return result;
  }

  #askFallback({ request, context }: Caller, error: FraudScorerError): Decision | null {
    const { fallback, onFallbackFailure } = this.#options;
    if (typeof fallback !== 'function' || request === null) {
      return fallbackDecision(fallback, { features: {} }, error, onFallbackFailure);
    }
    return inContext(context, () => fallbackDecision(fallback, request, error, onFallbackFailure));
  }

  #tell(result: ScoreResult, model: ModelIdentity, context: CallerContext | null): void {
    const { clock, events } = this.#options;
    const { id, decision, fraudProbability, riskScore, source } = result;
    const record: DecisionRecord = { decision, fraudProbability, riskScore, model, source, at: clock.epochMs() };
    if (id !== undefined) record.id = id;
    inContext(context, () => events.emit('decision', record));
  }
}
