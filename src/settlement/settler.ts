import { type CallerContext, inContext } from '../async-context.js';
import type { Clock } from '../clock.js';
import { fallbackDecision } from '../decision/fallback.js';
import { decide, riskLevel, roundPolicy } from '../decision/policy.js';
import type { Scores } from '../decision/scores.js';
import type { FraudScorerError } from '../errors.js';
import type {
  Decision,
  DecisionPolicy,
  DecisionRecord,
  Fallback,
  FallbackResult,
  ModelIdentity,
  ModelResult,
  Provider,
  RiskLevel,
  ScoreRequest,
  ScoreResult,
} from '../types.js';

/** Who waits for an answer. Either is called, once. */
export interface Settlement {
  resolve(result: ScoreResult): void;
  reject(error: FraudScorerError): void;
}

/** A request that is to be settled. */
export interface Caller {
  readonly request: ScoreRequest;
  readonly id: string | undefined;
  /** On the monotonic clock. */
  readonly enqueuedAt: number;
  readonly settlement: Settlement;
  /** Where the host's code runs that hears of this request; null where none did when the request came. */
  readonly context: CallerContext | null;
}

/** A request whose batch came back. */
export interface ScoredCaller extends Caller {
  /** On the monotonic clock. */
  readonly dispatchedAt: number;
}

/** What all the answers of a batch have in common. */
export interface BatchAnswer {
  rows: number;
  inferenceMs: number;
  provider: Provider;
  /** On the monotonic clock. */
  answeredAt: number;
}

/** Sees every request settle. */
export interface SettlementObserver {
  recordAnswer(latencyMs: number, queueMs: number, decision: Decision, level: RiskLevel, id: string | undefined): void;
  recordError(error: FraudScorerError): void;
  recordAbandoned(): void;
  recordFallback(): void;
}

export interface SettlerOptions {
  clock: Clock;
  model: ModelIdentity;
  policy: DecisionPolicy;
  fallback: Fallback;
  observer: SettlementObserver;
  /** Whether anybody wants decision records; they are not made otherwise. */
  wantsDecisions: () => boolean;
  onDecision: (record: DecisionRecord) => void;
  onFallbackFailure: (reason: string) => void;
}

/** Turns answers and errors into what callers get: a decision, a fallback's decision, or the error. */
export class Settler {
  readonly #options: SettlerOptions;
  #policy: DecisionPolicy;

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.#policy = roundPolicy(options.policy);
  }

  /** As the scores are compared with it: rounded to float32. */
  get policy(): DecisionPolicy {
    return this.#policy;
  }

  set policy(policy: DecisionPolicy) {
    this.#policy = roundPolicy(policy);
  }

  /** What the model's scores come to. */
  resultOf(caller: ScoredCaller, scores: Scores, attention: number[] | null, batch: BatchAnswer): ModelResult {
    const { fraudProbability, riskScore } = scores;
    const decision = decide(fraudProbability, riskScore, this.#policy);
    const level = riskLevel(riskScore, this.#policy);
    const queueMs = caller.dispatchedAt - caller.enqueuedAt;
    const totalMs = batch.answeredAt - caller.enqueuedAt;
    const result: ModelResult = {
      source: 'model',
      decision,
      fraudProbability,
      riskScore,
      riskLevel: level,
      model: this.#options.model,
      provider: batch.provider,
      timing: { queueMs, inferenceMs: batch.inferenceMs, totalMs, batchSize: batch.rows },
    };
    if (caller.id !== undefined) result.id = caller.id;
    if (attention !== null) result.attention = attention;
    return result;
  }

  /** A request that the model answered. */
  answered(caller: Caller, result: ModelResult): void {
    const { timing, decision, riskLevel: level } = result;
    this.#options.observer.recordAnswer(timing.totalMs, timing.queueMs, decision, level, caller.id);
    this.#settle(caller, result);
  }

  /** A request whose answer was held for its reasons until now. */
  answeredLate(caller: Caller, result: ModelResult): void {
    result.timing.totalMs = this.#options.clock.now() - caller.enqueuedAt;
    this.answered(caller, result);
  }

  /** A request that was taken in and could not be answered. */
  failed(caller: Caller, error: FraudScorerError): void {
    this.columnsFailed(error);
    this.#settleError(caller, error);
  }

  /** A call of `scoreColumns` that was taken in and could not be answered. */
  columnsFailed(error: FraudScorerError): void {
    // Only `close` gives up with this code what was taken in, and that is a failure, not a rejection.
    if (error.code === 'ERR_CLOSED') this.#options.observer.recordAbandoned();
    else this.#options.observer.recordError(error);
  }

  /** A request that is not taken in. */
  refused(caller: Caller, error: FraudScorerError): void {
    this.#options.observer.recordError(error);
    this.#settleError(caller, error);
  }

  #settleError(caller: Caller, error: FraudScorerError): void {
    const { fallback, onFallbackFailure, observer, clock } = this.#options;
    const askFallback = (): Decision | null => fallbackDecision(fallback, caller.request, error, onFallbackFailure);
    const decision = typeof fallback === 'function' ? inContext(caller.context, askFallback) : askFallback();
    if (decision === null) {
      caller.settlement.reject(error);
      return;
    }
    observer.recordFallback();
    const result: FallbackResult = {
      source: 'fallback',
      decision,
      error: error.code,
      timing: { totalMs: clock.now() - caller.enqueuedAt },
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
    };
    if (caller.id !== undefined) result.id = caller.id;
    this.#settle(caller, result);
  }

  #settle(caller: Caller, result: ScoreResult): void {
    caller.settlement.resolve(result);
    if (!this.#options.wantsDecisions()) return;
    const { clock, model, onDecision } = this.#options;
    const { decision, fraudProbability, riskScore, source } = result;
    const record: DecisionRecord = { decision, fraudProbability, riskScore, model, source, at: clock.epochMs() };
    if (caller.id !== undefined) record.id = caller.id;
    inContext(caller.context, () => onDecision(record));
  }
}
