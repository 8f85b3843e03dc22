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
import { outsideOfRequests } from './host/async-context.js';
import { asyncDispose } from './host/async-dispose.js';
import { closeParts } from './lifecycle.js';
import { metricsOf } from './metrics-of.js';
import { rehearse } from './rehearsal.js';
import { readCloseOptions } from './requests/close-options.js';
import { manyIntake } from './requests/many-intake.js';
import { readOutcome } from './requests/read-outcome.js';
import type { Resolve } from './requests/request-table.js';
import { scoreMany } from './requests/score-many.js';
import { healthOfParts, summaryOf } from './summarise.js';

// One executor for the promises of all requests, rather than a closure for each.
const nobody = (): void => {};
let resolveNow: Resolve = nobody;
let rejectNow: (reason: unknown) => void = nobody;
const capture = (resolve: Resolve, reject: (reason: unknown) => void): void => {
  resolveNow = resolve;
  rejectNow = reject;
};

/**
 * Scores card transactions for fraud in real time: batches requests across callers, runs them through an ONNX
 * model in worker threads, turns the outputs into decisions, and watches itself.
 *
 * @example
 * await using scorer = await FraudScorer.create({ model: 'models/visa-fraud/1' });
 * const { decision } = await scorer.score({ id: 'tx-1', features });
 *
 * @typeParam Known the features of the model's requests, such as `npx fraud-scorer types DIR` writes them. Any, where it is left out.
 */
export class FraudScorer<Known = unknown> extends VersionedScorer implements Scorer<Known> {
  static {
    // The bundler renames a class that names itself, and a host would see `_FraudScorer` in its logs.
    Object.defineProperty(FraudScorer, 'name', { value: 'FraudScorer' });
  }

  readonly #parts: Parts;
  #closing: Promise<CloseReport> | null = null;

  /**
   * Loads a model into its workers. Resolves when every worker has warmed up; the first request takes some milliseconds longer.
   *
   * In a worker thread, `close` the scorer before that thread or the process ends, or the runtime may abort the process: have the main thread
   * send a message, and wait for the answer, before it calls `terminate()` or `process.exit()`.
   * @throws {InvalidOptionsError} where an option is unknown or out of its range.
   * @throws {ModelInvalidError} where the model directory is not as it should be, or can't be run.
   * @throws {ModelIntegrityError} where the model file is not the one the manifest names.
   * @throws {ProviderUnavailableError} where none of the providers works here, or the ONNX runtime cannot be loaded.
   * @throws {OutOfResourcesError} where there is not enough memory, or no thread or file descriptor left.
   * @throws {StartTimeoutError} where it takes longer than `startTimeoutMs`; the message says what it waited for.
   * @throws {WorkerLostError} where a worker dies while it starts.
   */
  // Two type parameters, so that a call that gives one is of the other forms. This one takes options of any type that is to be inferred.
  static create<Known, _Inferred>(options?: FraudScorerOptions): Promise<FraudScorer<Known>>;
  static create<Known>(options?: FraudScorerOptions<Known>): Promise<FraudScorer<Known>>;
  static create<Known>(options: FraudScorerOptions): Promise<FraudScorer<Known>>;
  static create<Known>(options: unknown = {}): Promise<FraudScorer<Known>> {
    // A scorer that is created inside a request outlives it: its threads and timers must not keep that request's context.
    return outsideOfRequests(async () => {
      const parts = await createParts(options as FraudScorerOptions, async (silent, inputs) => {
        const scorer = new FraudScorer(silent);
        await rehearse(scorer, inputs);
        await scorer.close();
      });
      const scorer = new FraudScorer<Known>(parts);
      parts.traces.serve(scorer, parts.clock);
      parts.page.serve(scorer);
      return scorer;
    });
  }

  /**
   * Only `create` makes a scorer. It is not private so that an empty class may extend this one, and stand for one of several scorers where
   * things are injected by their class.
   */
  protected constructor(parts: object) {
    super(parts as Parts);
    this.#parts = parts as Parts;
  }

  /**
   * Scores one transaction.
   *
   * Rejects, and never throws, with `ERR_INVALID_REQUEST`, `ERR_INVALID_OPTIONS`, `ERR_QUEUE_FULL`, `ERR_DEADLINE_EXCEEDED`,
   * `ERR_ABORTED`, `ERR_CLOSED`, `ERR_INFERENCE` or `ERR_WORKER_LOST`; some of them the `fallback` option answers instead.
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
      // A method that was taken off its scorer, say, or a stack that is full.
      reject(error);
    }
    return promise;
  }

  /**
   * Scores any number of transactions, each settled on its own and answered in the order they were given. More than `maxQueueSize`
   * are fed in as room appears; each one's timeout begins when it is.
   *
   * @param requests a list, or a stream such as an async generator, which is asked for its next request only once there is room for
   * it: a host that reads from somewhere gets its backpressure. The outcomes are kept until the last has settled. Every request of a list
   * gets its own outcome, come what may. A stream is given back (its iterator's `return`) at the first request that is refused because
   * the scorer was closed or the signal aborted: the outcomes are those of what was read until then, and the last says which it was.
   * What `return` throws, or rejects with, is ignored.
   * A stream that is awaited at that time is not interrupted.
   *
   * Rejects as a whole only where the options, or what was given as the list, are invalid; a list or stream that throws on the way does
   * so once what it gave is settled.
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
   * Scores many transactions that lie in columns: the fastest way for bulk work. They take what of the workers the requests of `score`
   * leave, and a turn now and then even where those leave nothing. No decision events, reasons, ids or fallback. How many calls wait is
   * for the host to bound.
   *
   * Rejects, and never throws, with `ERR_INVALID_REQUEST` before anything is scored where one value is bad (its path
   * `features.<input>[row][column]`), `ERR_INVALID_OPTIONS`, `ERR_DEADLINE_EXCEEDED`, `ERR_ABORTED`, `ERR_CLOSED`, `ERR_INFERENCE`,
   * `ERR_WORKER_LOST`, or `ERR_OUT_OF_RESOURCES` where there is no memory for the scores of so many rows.
   *
   * @param columns each input's values for all rows: [rows, the input's size], row after row. Must not change before the call has settled.
   * @param rows how many; at least 0.
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
   * Tells what a transaction turned out to be, late or revised.
   *
   * @returns whether it could be matched: by an id this scorer holds, or by the decision given from the host's own records.
   * @throws {InvalidRequestError} where the outcome is not as documented.
   */
  recordOutcome(outcome: Outcome): boolean {
    return this.#parts.monitor.recordOutcome(readOutcome(outcome));
  }

  /**
   * Changes thresholds of the decision, from the next answer on.
   *
   * @throws {InvalidOptionsError} where one is unknown or outside [0, 1]; none is changed then.
   */
  setPolicy(patch: Patch<DecisionPolicy>): void {
    this.#parts.operations.setPolicy(parsePolicyPatch(patch));
  }

  /** Everything measured, as plain JSON; cheap, and safe to call at any time, closed included. */
  summary(): Summary {
    return summaryOf(this.#parts);
  }

  /** The alerts that stand, and the last 100 that were raised; cheap, and safe to call at any time, closed included. */
  alerts(): AlertsSummary {
    return this.#parts.monitor.alerts;
  }

  /**
   * Everything counted and seen, as families of counters, gauges and histograms with cumulative buckets, in plain JSON: what
   * `fraud-scorer/prometheus` exposes. Cheap, and safe to call at any time, closed included. Counters never reset. There are series of the
   * versions that are live and of the last five that ended. `docs/metrics.md` has the table.
   */
  metrics(): Metrics {
    return metricsOf(this.#parts);
  }

  /** Whether this scorer can answer, for a health endpoint; cheap. */
  health(): Health {
    return healthOfParts(this.#parts);
  }

  /**
   * Refuses new work, answers what was taken in, ends the workers and lets go of everything. Calling it again gives the
   * same promise.
   *
   * @param options.timeoutMs how long to wait for requests that were taken in; the rest is rejected with `ERR_CLOSED` and counted as failed.
   * @throws {InvalidOptionsError} where the options are not as documented; nothing is closed then.
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
