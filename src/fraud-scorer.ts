import { parsePolicyPatch } from './answering/policy.js';
import type { AlertsSummary } from './api/alerts.js';
import type { Health } from './api/health.js';
import type { Metrics } from './api/metrics.js';
import type { FraudScorerOptions } from './api/options.js';
import type { Outcome } from './api/outcome.js';
import type { Patch } from './api/patch.js';
import type { DecisionPolicy } from './api/policy.js';
import type {
  ColumnMapOf,
  ColumnsOptions,
  FeatureMap,
  FeatureMapOf,
  ManyRequests,
  ManyRequestsFor,
  RequestFor,
  ScoreOptions,
  ScoreRequest,
} from './api/request.js';
import type { ColumnScores, ScoreOutcome, ScoreResult } from './api/result.js';
import type { CloseOptions, CloseReport, Scorer } from './api/scorer.js';
import type { Summary } from './api/summary.js';
import type { Parts } from './compose.js';
import { createParts } from './create-parts.js';
import { VersionedScorer } from './deployments/versioned-scorer.js';
import { fleetHook } from './fleet/read-node.js';
import { outsideOfRequests } from './host/async-context.js';
import { asyncDispose } from './host/async-dispose.js';
import { labelDecision } from './label-decision.js';
import { closeParts } from './lifecycle.js';
import { metricsOf } from './metrics-of.js';
import { rehearse } from './rehearsal.js';
import { readCloseOptions } from './requests/close-options.js';
import { manyIntake } from './requests/many-intake.js';
import { readOutcome } from './requests/read-outcome.js';
import type { Resolve } from './requests/request-table.js';
import { scoreMany } from './requests/score-many.js';
import { healthOfParts, summaryOf } from './summarise.js';

// One executor for the promises of all requests, instead of a closure for each.
const nobody = (): void => {};
let resolveNow: Resolve = nobody;
let rejectNow: (reason: unknown) => void = nobody;
const capture = (resolve: Resolve, reject: (reason: unknown) => void): void => {
  resolveNow = resolve;
  rejectNow = reject;
};

/**
 * Scores card transactions for fraud in real time. It collects requests of all callers into batches, runs them through an ONNX model in
 * worker threads, turns the outputs into decisions, and monitors itself.
 *
 * @example
 * await using scorer = await FraudScorer.create({ model: 'models/visa-fraud/1' });
 * const { decision } = await scorer.score({ id: 'tx-1', features });
 *
 * @typeParam Known the type of the model's features, as `npx fraud-scorer types DIR` writes it. Any features if left out.
 */
export class FraudScorer<Known = unknown> extends VersionedScorer implements Scorer<Known> {
  static {
    // The bundler renames a class that refers to itself, and a host would see `_FraudScorer` in its logs.
    Object.defineProperty(FraudScorer, 'name', { value: 'FraudScorer' });
  }

  readonly #parts: Parts;
  #closing: Promise<CloseReport> | null = null;

  /**
   * Loads a model into its workers. Resolves when every worker has warmed up. The first request takes some milliseconds longer than later
   * ones.
   *
   * In a worker thread, `close` the scorer before that thread or the process ends. Otherwise the runtime may abort the process. The main
   * thread should send a message and wait for the answer before it calls `terminate()` or `process.exit()`.
   * @throws {InvalidOptionsError} if an option is unknown or out of range.
   * @throws {ModelInvalidError} if the model directory is not valid, or the model cannot be run.
   * @throws {ModelIntegrityError} if the sha256 of the model file differs from the manifest's.
   * @throws {ProviderUnavailableError} if no provider works, or the ONNX runtime cannot be loaded.
   * @throws {OutOfResourcesError} if there is not enough memory, or no thread or file descriptor is left.
   * @throws {StartTimeoutError} if it takes longer than `startTimeoutMs`. The message says what it waited for.
   * @throws {WorkerLostError} if a worker dies while it starts.
   */
  // A call with one type argument uses the other signature, because this one has two. This one accepts options of any type, from which the
  // types are inferred.
  static create<Known, _Inferred>(options?: FraudScorerOptions): Promise<FraudScorer<Known>>;
  static create<Known>(options?: FraudScorerOptions<Known>): Promise<FraudScorer<Known>>;
  static create<Known>(options: FraudScorerOptions): Promise<FraudScorer<Known>>;
  static create<Known>(options: unknown = {}): Promise<FraudScorer<Known>> {
    // A scorer that is created inside a request lives longer than the request. Its threads and timers must not keep that request's context.
    return outsideOfRequests(async () => {
      const parts = await createParts(options as FraudScorerOptions, async (silent, inputs) => {
        const scorer = new FraudScorer(silent);
        await rehearse(scorer, inputs);
        await scorer.close();
      });
      const scorer = new FraudScorer<Known>(parts);
      parts.traces.serve(scorer, parts.clock);
      parts.page.serve(scorer);
      parts.records.serve(scorer);
      fleetHook(parts).serve(scorer);
      return scorer;
    });
  }

  /**
   * Only `create` makes a scorer. The constructor is protected and not private, so that an empty class may extend this one. Such classes
   * stand for several scorers in dependency injection by class.
   */
  protected constructor(parts: object) {
    super(parts as Parts);
    this.#parts = parts as Parts;
  }

  /**
   * Scores one transaction.
   *
   * Rejects with `ERR_INVALID_REQUEST`, `ERR_INVALID_OPTIONS`, `ERR_QUEUE_FULL`, `ERR_DEADLINE_EXCEEDED`, `ERR_ABORTED`, `ERR_CLOSED`,
   * `ERR_INFERENCE` or `ERR_WORKER_LOST`. Never throws synchronously. The `fallback` option answers some of these errors instead.
   */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  score(request: unknown, options?: ScoreOptions): Promise<ScoreResult> {
    const promise = new Promise<ScoreResult>(capture);
    const [resolve, reject] = [resolveNow, rejectNow];
    // A promise keeps the asynchronous context of its caller alive.
    resolveNow = nobody;
    rejectNow = nobody;
    try {
      this.#parts.admission.submit(request as ScoreRequest, options, resolve, reject);
    } catch (error) {
      // For example, a method that was taken off its scorer, or a full stack.
      reject(error);
    }
    return promise;
  }

  /**
   * Scores any number of transactions. Each is settled separately, and the outcomes are in the order of the requests. If there are more
   * than `maxQueueSize`, they are submitted as the queue has room. The timeout of each request begins when it is submitted.
   *
   * @param requests a list, or a stream such as an async generator. A stream is asked for its next request only when there is room for it,
   * so it gets backpressure. The outcomes are kept until the last one has settled. Every request of a list gets its own outcome, in any
   * case. A stream is ended (by its iterator's `return`) at the first request that is refused because the scorer was closed or the signal
   * aborted. Then the outcomes are those of the requests read until then, and the last outcome says which it was. Errors of `return` are
   * ignored. A stream that is being awaited at that time is not interrupted.
   *
   * The whole call rejects only if the options or the list are not valid. If a list or stream throws, the call rejects after the requests
   * that it gave are settled.
   */
  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequestsFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  async scoreMany(requests: unknown, options?: ScoreOptions): Promise<ScoreOutcome[]> {
    const parts = this.#parts;
    return parts.traces.many((call) => scoreMany(requests as ManyRequests, manyIntake(parts, options, call)));
  }

  /**
   * Scores many transactions given as columns. This is the fastest way for bulk work. It uses the worker time that requests of `score`
   * leave free, and gets a turn from time to time even if they leave none. There are no decision events, reasons, ids or fallback. The
   * number of open calls is not limited, so limit it yourself.
   *
   * Rejects with `ERR_INVALID_REQUEST` before anything is scored if a value is not valid (its path is `features.<input>[row][column]`), or
   * with `ERR_INVALID_OPTIONS`, `ERR_DEADLINE_EXCEEDED`, `ERR_ABORTED`, `ERR_CLOSED`, `ERR_INFERENCE`, `ERR_WORKER_LOST`, or
   * `ERR_OUT_OF_RESOURCES` if there is not enough memory for the scores. Never throws synchronously.
   *
   * @param columns the values of each input for all rows: [rows, size of the input], row after row. They must not change before the call
   * has settled.
   * @param rows the number of rows, at least 0.
   */
  scoreColumns<Columns extends ColumnMapOf<Columns> = FeatureMap>(
    columns: Columns,
    rows: number,
    options?: ColumnsOptions,
  ): Promise<ColumnScores> {
    const { columns: scoring, traces } = this.#parts;
    return traces.columns(rows, () => scoring.score(columns, rows, options));
  }

  /**
   * Reports the label of a transaction. It may come late, and it may replace an earlier label.
   *
   * @returns whether it could be matched: by an id that this scorer remembers, by the decision from your own
   * records, or by the files that `recordDecisions` writes.
   * @throws {InvalidRequestError} if the outcome is not valid.
   */
  recordOutcome(outcome: Outcome): boolean {
    return labelDecision(this.#parts, readOutcome(outcome));
  }

  /**
   * Changes thresholds of the decision, from the next answer on.
   *
   * @throws {InvalidOptionsError} if a threshold is unknown or outside [0, 1]. Then nothing is changed.
   */
  setPolicy(patch: Patch<DecisionPolicy>): void {
    this.#parts.operations.setPolicy(parsePolicyPatch(patch));
  }

  /** All measurements, as plain JSON. The call is cheap and allowed at any time, also after `close`. */
  summary(): Summary {
    return summaryOf(this.#parts);
  }

  /** The active alerts, and the last 100 that were raised. The call is cheap and allowed at any time, also after `close`. */
  alerts(): AlertsSummary {
    return this.#parts.monitor.alerts;
  }

  /**
   * All counts and measurements as families of counters, gauges and histograms with cumulative buckets, in plain JSON.
   * `fraud-scorer/prometheus` exposes them. The call is cheap and allowed at any time, also after `close`. Counters never reset. There are
   * series for the live versions and for the last five that ended. `docs/metrics.md` has the table.
   */
  metrics(): Metrics {
    return metricsOf(this.#parts);
  }

  /** Whether this scorer can answer, for a health endpoint. The call is cheap. */
  health(): Health {
    return healthOfParts(this.#parts);
  }

  /**
   * Refuses new work, answers the requests that were taken in, ends the workers and frees all resources. A second call returns the same
   * promise.
   *
   * @param options.timeoutMs how long to wait for requests that were taken in. Those that are left are rejected with `ERR_CLOSED` and
   * counted as failed.
   * @throws {InvalidOptionsError} if the options are not valid. Then nothing is closed.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    if (this.#closing !== null) return this.#closing;
    try {
      const { timeoutMs } = readCloseOptions(options);
      this.#closing = closeParts(this.#parts, timeoutMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same as `close()`, for `await using`. */
  async [asyncDispose](): Promise<void> {
    await this.close();
  }
}
