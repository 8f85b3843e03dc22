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

/** The part of a summary that comes from one version's statistics. */
export type VersionStatsSummary = Pick<Summary, 'requests' | 'performance' | 'business'>;

/** Statistics of one version's requests: outcomes, times and decisions. Nothing is counted twice. */
export class VersionStats {
  readonly history: PerformanceHistory;
  readonly decisions = new DecisionCounter();
  readonly labels = new LabelCounts();
  /** Those of `decisions` that come from `scoreColumns`. They are rows, not requests. */
  readonly columnDecisions = new DecisionCounter();
  /** The sizes of its batches. */
  readonly batchRows = new BatchSizes();
  /** Requests refused after the scorer was closed, when nothing else is measured. */
  readonly late = new RequestCounter();
  readonly #outcomes: OutcomeStore;
  #hasEnded = false;

  /** @param version the version. @param outcomes remembers decisions for their labels. */
  constructor(
    readonly version: string,
    clock: Clock,
    outcomes: OutcomeStore,
  ) {
    this.history = new PerformanceHistory(clock);
    this.#outcomes = outcomes;
  }

  /**
   * A request that the model answered. `recordTimes` records how long it took.
   *
   * @param result has the score. @param amounts the requests' amounts, NaN if there is none. @param row the request's index in them.
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
   * Records how long the answers of one batch took. It takes a whole batch, because a time that is passed as an argument would be
   * allocated.
   *
   * @param enqueuedAt when each request came. The first `count` belong to this batch. All times are on the monotonic clock, in ms.
   */
  recordTimes(enqueuedAt: Float64Array, count: number, sentAt: number, answeredAt: number): void {
    if (!this.#hasEnded) this.history.current.recordTimes(enqueuedAt, count, sentAt, answeredAt);
  }

  /** Rows of a call of `scoreColumns` that the model has answered. */
  recordRows(rows: number): void {
    if (!this.#hasEnded) this.history.current.recordRows(rows);
  }

  /** An answered call of `scoreColumns`: one request, and a decision for each of its rows. */
  recordColumns(counts: DecisionCounts): void {
    if (this.#hasEnded) return;
    this.history.current.requests.count('succeeded');
    this.decisions.add(counts);
    this.columnDecisions.add(counts);
  }

  /** A worker that was left behind may still return a batch after everything is over. */
  recordBatch(rows: number, inferenceMs: number): void {
    if (this.#hasEnded) return;
    this.history.current.recordBatch(rows, inferenceMs);
    this.batchRows.record(rows);
  }

  recordError(error: FraudScorerError): void {
    this.#count(causeOf(error.code));
  }

  /** A request that `close` gave up. It is a failure although its error has the code of a rejection. */
  recordAbandoned(): void {
    this.#count('failed');
  }

  /** @param code the code of the error that the fallback replaced. */
  recordFallback(code: ErrorCode): void {
    (this.#hasEnded ? this.late : this.history.current.requests).countFallback(code);
  }

  /** The outcomes of its requests since the start, also those after the end. */
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

  /** The same, if the measurements since the start were already read. */
  summaryFrom(sinceStart: PerformanceRecorder): VersionStatsSummary {
    return { requests: sinceStart.requests.summary(), performance: sinceStart.summary(), business: this.business };
  }

  get business(): BusinessSummary {
    return { ...this.decisions.summary(), ...this.labels.summary(this.decisions.total) };
  }

  /** Adds the counts of a version that has ended. Both cover the same time, because all histories advance together. */
  absorb(other: VersionStats): void {
    this.history.absorb(other.history);
    this.decisions.add(other.decisions.counts);
    this.columnDecisions.add(other.columnDecisions.counts);
    this.batchRows.add(other.batchRows);
    this.late.add(other.late);
  }

  /** From now on only refused requests are counted, separately. */
  end(): void {
    this.#hasEnded = true;
  }

  #count(cause: Cause): void {
    (this.#hasEnded ? this.late : this.history.current.requests).count(cause);
  }
}
