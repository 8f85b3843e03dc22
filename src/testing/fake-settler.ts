import { fallbackDecision } from '../answering/fallback.js';
import type { DecisionRecord } from '../api/events.js';
import type { Fallback } from '../api/policy.js';
import type { ModelResult, ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import { inContext } from '../host/async-context.js';
import type { Clock } from '../host/clock.js';
import type { ScorerEvents } from '../host/events.js';
import type { HostFailure } from './fake-call.js';
import { FakeCopies } from './fake-copies.js';
import type { FakeVersions } from './fake-versions.js';
import { fallbackResult } from './results.js';
import type { Statistics } from './statistics.js';
import type { WaitingRequest } from './waiting-requests.js';

export interface SettlerParts {
  options: { readonly clock: Clock; readonly fallback: Fallback };
  versions: FakeVersions;
  statistics: Statistics;
  events: ScorerEvents;
  onHostFailure: (failure: HostFailure) => void;
}

/** Tells callers what came of their requests, counts it, and tells the listeners of decisions. */
export class FakeSettler {
  readonly #parts: SettlerParts;
  readonly copies = new FakeCopies();

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  answer(entry: WaitingRequest, result: ModelResult): void {
    const { statistics, versions } = this.#parts;
    const { routed, copies, amount } = entry;
    if (routed !== null) {
      statistics.recordAnswer(routed.version.stats, result, Float64Array.of(amount));
      versions.settled(routed, result.decision);
    }
    this.copies.answered(copies, result);
    this.#resolve(entry, result);
  }

  /** @param isTakenIn whether it had waited for its answer. */
  fail(entry: WaitingRequest, error: FraudScorerError, isTakenIn: boolean): void {
    const { options, statistics, versions, onHostFailure } = this.#parts;
    const { call, request, id, context, enqueuedAt, settlement, routed, copies } = entry;
    // The queue is of all versions.
    const stats = routed === null || error.code === 'ERR_QUEUE_FULL' ? statistics.unrouted : routed.version.stats;
    statistics.recordError(stats, error, isTakenIn);
    // What the caller took back was not the version's to answer.
    const isFailure = error.code !== 'ERR_ABORTED' && error.code !== 'ERR_CLOSED';
    if (routed !== null && isTakenIn && isFailure) versions.settled(routed, 'ERROR');
    this.copies.failed(copies);
    const onFailure = (reason: string): void => onHostFailure({ where: 'fallback', error: reason });
    const decision = inContext(context, () => fallbackDecision(options.fallback, request, error, onFailure));
    if (decision === null) {
      call.error = error;
      settlement.reject(error);
      return;
    }
    stats.recordFallback(error.code);
    this.#resolve(entry, fallbackResult(decision, error.code, id, options.clock.now() - enqueuedAt));
  }

  #resolve({ call, settlement, context, routed }: WaitingRequest, result: ScoreResult): void {
    const { options, versions, events } = this.#parts;
    call.result = result;
    settlement.resolve(result);
    if (events.decisionListeners === 0) return;
    const { id, decision, fraudProbability, riskScore, source } = result;
    const at = options.clock.epochMs();
    const { model } = routed?.version ?? versions.primary;
    const record: DecisionRecord = { decision, fraudProbability, riskScore, model, source, at };
    if (id !== undefined) record.id = id;
    inContext(context, () => events.emit('decision', record));
  }
}
