import type { Decision, RiskLevel } from '../api/result.js';
import type { BusinessSummary, Summary } from '../api/summary.js';
import type { ErrorCode, FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { BatchSizes } from './batch-sizes.js';
import { type Cause, causeOf, DecisionCounter, type DecisionCounts, RequestCounter } from './counts.js';
import { LabelCounts } from './labels/label-counts.js';
import type { OutcomeStore } from './labels/outcomes.js';
import { PerformanceHistory } from './performance-history.js';
import { PerformanceRecorder } from './performance-recorder.js';

/** What a summary says of one version's statistics. */
export type VersionStatsSummary = Pick<Summary, 'requests' | 'performance' | 'business'>;

/** What became of one version's requests: how many by outcome, how fast, and what was decided. Nothing is counted twice. */
export class VersionStats {
  readonly history: PerformanceHistory;
  readonly decisions = new DecisionCounter();
  readonly labels = new LabelCounts();
  /** Of `decisions`, those of `scoreColumns`: rows that the host chose, and no requests. */
  readonly columnDecisions = new DecisionCounter();
  /** How large its batches were. */
  readonly batchRows = new BatchSizes();
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
    if (this.#hasEnded) return;
    this.history.current.recordBatch(rows, inferenceMs);
    this.batchRows.record(rows);
  }

  recordError(error: FraudScorerError): void {
    this.#count(causeOf(error.code));
  }

  /** A request that `close` gave up: a failure, though its error has the code of a rejection. */
  recordAbandoned(): void {
    this.#count('failed');
  }

  /** @param code of the error in whose place the fallback answered. */
  recordFallback(code: ErrorCode): void {
    (this.#hasEnded ? this.late : this.history.current.requests).countFallback(code);
  }

  /** What became of its requests since the start, what came after the end included. */
  get requests(): RequestCounter {
    const all = new RequestCounter();
    this.history.eachSinceStart(({ requests }) => all.add(requests));
    all.add(this.late);
    return all;
  }

  summary(): VersionStatsSummary {
    const all = new PerformanceRecorder();
    this.history.readSinceStart(all);
    return this.summaryFrom(all);
  }

  /** The same, where all that was measured since the start has been read already. */
  summaryFrom(sinceStart: PerformanceRecorder): VersionStatsSummary {
    return { requests: sinceStart.requests.summary(), performance: sinceStart.summary(), business: this.business };
  }

  get business(): BusinessSummary {
    return { ...this.decisions.summary(), ...this.labels.summary(this.decisions.total) };
  }

  /** Takes over what was counted of a version that has ended: over the same time, as all histories advance together. */
  absorb(other: VersionStats): void {
    this.history.absorb(other.history);
    this.decisions.add(other.decisions.counts);
    this.columnDecisions.add(other.columnDecisions.counts);
    this.batchRows.add(other.batchRows);
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
