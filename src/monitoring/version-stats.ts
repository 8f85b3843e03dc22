import type { Decision, RiskLevel } from '../api/result.js';
import type { BusinessSummary, Summary } from '../api/summary.js';
import type { FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { type Cause, causeOf, DecisionCounter, type DecisionCounts, RequestCounter } from './counts.js';
import { LabelCounts } from './labels/label-counts.js';
import type { OutcomeStore } from './labels/outcomes.js';
import { PerformanceHistory } from './performance-history.js';
import { PerformanceRecorder } from './performance-recorder.js';

/** What became of one version's requests: how many by outcome, how fast, and what was decided. Nothing is counted twice. */
export class VersionStats {
  readonly history: PerformanceHistory;
  readonly decisions = new DecisionCounter();
  readonly labels = new LabelCounts();
  /** Of `decisions`, those of `scoreColumns`: rows that the host chose, and no requests. */
  readonly columnDecisions = new DecisionCounter();
  /** What is refused once the scorer is closed, and nothing is measured any more. */
  readonly late = new RequestCounter();
  readonly #outcomes: OutcomeStore;
  #hasEnded = false;

  /** @param version whose it is. @param outcomes where decisions wait for their labels. */
  constructor(
    readonly version: string,
    clock: Clock,
    outcomes: OutcomeStore,
  ) {
    this.history = new PerformanceHistory(clock);
    this.#outcomes = outcomes;
  }

  /**
   * A request that the model answered; how long it took is told by `recordTimes`.
   *
   * @param result with its score. @param amounts of requests, NaN where one has none. @param row the request's place in them.
   */
  recordAnswer(
    decision: Decision,
    level: RiskLevel,
    id: string | undefined,
    result: { readonly fraudProbability: number } | null = null,
    amounts: Float64Array | null = null,
    row = 0,
  ): void {
    if (this.#hasEnded) return;
    this.history.current.requests.count('succeeded');
    this.decisions.count(decision, level);
    if (id !== undefined) this.#outcomes.expect(id, decision, this.labels, result, amounts, row);
  }

  /**
   * How long the answers of one batch took: together, because a time that is passed on by itself becomes an object.
   *
   * @param enqueuedAt when each request came; the first `count` are of this batch. All times are on the monotonic clock, in ms.
   */
  recordTimes(enqueuedAt: Float64Array, count: number, sentAt: number, answeredAt: number): void {
    if (!this.#hasEnded) this.history.current.recordTimes(enqueuedAt, count, sentAt, answeredAt);
  }

  /** Rows of a call of `scoreColumns` that the model has answered. */
  recordRows(rows: number): void {
    if (!this.#hasEnded) this.history.current.recordRows(rows);
  }

  /** A call of `scoreColumns` that was answered: one request, and a decision for each of its rows. */
  recordColumns(counts: DecisionCounts): void {
    if (this.#hasEnded) return;
    this.history.current.requests.count('succeeded');
    this.decisions.add(counts);
    this.columnDecisions.add(counts);
  }

  /** A worker that was left behind may still come back with one when all is over. */
  recordBatch(rows: number, inferenceMs: number): void {
    if (!this.#hasEnded) this.history.current.recordBatch(rows, inferenceMs);
  }

  recordError(error: FraudScorerError): void {
    this.#count(causeOf(error.code));
  }

  /** A request that `close` gave up: a failure, though its error has the code of a rejection. */
  recordAbandoned(): void {
    this.#count('failed');
  }

  recordFallback(): void {
    if (this.#hasEnded) this.late.countFallback();
    else this.history.current.requests.countFallback();
  }

  get summary(): Pick<Summary, 'requests' | 'performance' | 'business'> {
    const all = new PerformanceRecorder();
    this.history.eachSinceStart((recorder) => all.add(recorder));
    if (!all.hasThroughput) all.closeInterval(this.history.currentMs);
    return { requests: all.requests.summary(), performance: all.summary(), business: this.business };
  }

  get business(): BusinessSummary {
    return { ...this.decisions.summary(), ...this.labels.summary(this.decisions.total) };
  }

  /** Takes over what was counted of a version that has ended: over the same time, as all histories advance together. */
  absorb(other: VersionStats): void {
    this.history.absorb(other.history);
    this.decisions.add(other.decisions.counts);
    this.columnDecisions.add(other.columnDecisions.counts);
    this.late.add(other.late);
  }

  /** From here on only what is refused is counted, apart. */
  end(): void {
    this.#hasEnded = true;
  }

  #count(cause: Cause): void {
    (this.#hasEnded ? this.late : this.history.current.requests).count(cause);
  }
}
