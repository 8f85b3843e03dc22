import { fallbackDecision } from '../answering/fallback.js';
import type { DecisionRecord } from '../api/events.js';
import type { Fallback } from '../api/policy.js';
import type { ModelIdentity, ModelResult, ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import { inContext } from '../host/async-context.js';
import type { Clock } from '../host/clock.js';
import type { ScorerEvents } from '../host/events.js';
import type { HostFailure } from './fake-call.js';
import { fallbackResult } from './results.js';
import type { Statistics } from './statistics.js';
import type { WaitingRequest } from './waiting-requests.js';

export interface SettlerParts {
  options: { readonly clock: Clock; readonly fallback: Fallback };
  model: ModelIdentity;
  statistics: Statistics;
  events: ScorerEvents;
  onHostFailure: (failure: HostFailure) => void;
}

/** Tells callers what came of their requests, counts it, and tells the listeners of decisions. */
export class FakeSettler {
  readonly #parts: SettlerParts;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  answer(entry: WaitingRequest, result: ModelResult): void {
    this.#parts.statistics.recordAnswer(result, Float64Array.of(entry.amount));
    this.#resolve(entry, result);
  }

  /** @param isTakenIn whether it had waited for its answer. */
  fail(entry: WaitingRequest, error: FraudScorerError, isTakenIn: boolean): void {
    const { options, statistics, onHostFailure } = this.#parts;
    const { call, request, id, context, enqueuedAt, settlement } = entry;
    statistics.recordError(error, isTakenIn);
    const onFailure = (reason: string): void => onHostFailure({ where: 'fallback', error: reason });
    const decision = inContext(context, () => fallbackDecision(options.fallback, request, error, onFailure));
    if (decision === null) {
      call.error = error;
      settlement.reject(error);
      return;
    }
    statistics.recordFallback(error, isTakenIn);
    this.#resolve(entry, fallbackResult(decision, error.code, id, options.clock.now() - enqueuedAt));
  }

  #resolve({ call, settlement, context }: WaitingRequest, result: ScoreResult): void {
    const { options, model, events } = this.#parts;
    call.result = result;
    settlement.resolve(result);
    if (events.decisionListeners === 0) return;
    const { id, decision, fraudProbability, riskScore, source } = result;
    const at = options.clock.epochMs();
    const record: DecisionRecord = { decision, fraudProbability, riskScore, model, source, at };
    if (id !== undefined) record.id = id;
    inContext(context, () => events.emit('decision', record));
  }
}
