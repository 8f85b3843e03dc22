import { isMainThread, threadId } from 'node:worker_threads';
import type { CloseOptions, Scorer } from './api/scorer.js';
import { currentContext, outsideOfRequests } from './async-context.js';
import { asyncDispose } from './async-dispose.js';
import { type Clock, systemClock } from './clock.js';
import { ColumnScoring } from './columns/column-scoring.js';
import { defaultPolicy, parsePolicyPatch } from './decision/policy.js';
import { findBatching } from './deployment/auto-batching.js';
import { openBundledModel } from './deployment/bundled-model.js';
import { warnOfDemonstration } from './deployment/demonstration.js';
import { Deployment } from './deployment/deployment.js';
import { type ModelDirectory, openModelDirectory } from './deployment/model-directory.js';
import { AbortedError, ClosedError, type FraudScorerError } from './errors.js';
import { type EventName, type Listener, ScorerEvents } from './events.js';
import { Explanations, maxExplanations } from './explanation/explanations.js';
import { featureNames } from './explanation/reasons.js';
import { containedClock, describeFault, type FaultReport } from './faults.js';
import { FieldReader } from './field-reader.js';
import { containedLogger } from './logging.js';
import { healthOf } from './monitoring/health.js';
import { Monitor } from './monitoring/monitor.js';
import { type FraudScorerOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { outOfResources } from './out-of-resources.js';
import { rehearse } from './rehearsal.js';
import { AbortRegistry } from './request/abort-registry.js';
import { Admission } from './request/admission.js';
import type { PendingRequest } from './request/pending-request.js';
import { readOutcome } from './request/read-outcome.js';
import { scoreMany } from './request/score-many.js';
import { readScoreOptions } from './request/score-options.js';
import { Settler } from './settlement/settler.js';
import { StartLimit } from './start-limit.js';
import type {
  CloseReport,
  ColumnScores,
  ColumnsOptions,
  DecisionPolicy,
  FeatureMap,
  FeatureMapOf,
  Health,
  Logger,
  ManyRequests,
  Outcome,
  Patch,
  RequestOf,
  ScoreOptions,
  ScoreOutcome,
  ScoreResult,
  Summary,
} from './types.js';

/** How long `close` waits for requests that were taken in, where it is not told. */
const defaultCloseTimeoutMs = 10_000;

/** Requests that may wait while the host's code is rehearsed. */
const rehearsalQueue = 256;

/** No event tells a thread that it is being terminated, so a warning is all that can be done. */
const inWorkerThread =
  'The scorer runs in a worker thread: close it before this thread is terminated or the process ends, which can abort the process while it is busy';

/**
 * Scores card transactions for fraud in real time: batches requests across callers, runs them through an ONNX
 * model in worker threads, turns the outputs into decisions, and watches itself.
 *
 * @example
 * await using scorer = await FraudScorer.create({ model: 'models/visa-fraud/1' });
 * const { decision } = await scorer.score({ id: 'tx-1', features });
 */
export class FraudScorer implements Scorer {
  static {
    // The bundler renames a class that names itself, and a host would see `_FraudScorer` in its logs.
    Object.defineProperty(FraudScorer, 'name', { value: 'FraudScorer' });
  }

  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  #startedAt: number;
  readonly #logger: Logger;
  readonly #events: ScorerEvents;
  readonly #monitor: Monitor;
  readonly #settler: Settler;
  readonly #deployment: Deployment;
  readonly #explanations: Explanations;
  readonly #admission: Admission;
  readonly #columns: ColumnScoring;
  #policy: DecisionPolicy;
  #closing: Promise<CloseReport> | null = null;

  /**
   * Loads a model into its workers. Resolves when every worker has warmed up. The first request still takes longer than
   * the next ones: some milliseconds at most, as a rule.
   *
   * A host that itself runs in a worker thread must `close` its scorer before its thread is terminated, or the main thread ends the
   * process: Node.js ends the scorer's workers then wherever they are, and the runtime aborts the whole process where one is busy. Have
   * the main thread send a message, and wait for the answer that the scorer is closed, before it calls `terminate()` or `process.exit()`.
   *
   * @throws {InvalidOptionsError} where an option is unknown or out of its range.
   * @throws {ModelInvalidError} where the model directory is not as it should be, or can't be run.
   * @throws {ModelIntegrityError} where the model file is not the one the manifest names.
   * @throws {ProviderUnavailableError} where none of the providers works here, or the ONNX runtime cannot be loaded.
   * @throws {OutOfResourcesError} where there is not enough memory, or no thread or file descriptor left.
   * @throws {StartTimeoutError} where it takes longer than `startTimeoutMs`; the message says what it waited for.
   * @throws {WorkerLostError} where a worker dies while it starts.
   */
  static create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    // A scorer that is created inside a request outlives it: its threads and timers must not keep that request's context.
    return outsideOfRequests(() => FraudScorer.#createWithin(options));
  }

  static async #createWithin(options: FraudScorerOptions): Promise<FraudScorer> {
    try {
      const resolved = resolveOptions(options);
      const limit = new StartLimit(systemClock, resolved.startTimeoutMs);
      try {
        return await FraudScorer.#create(resolved, limit);
      } finally {
        limit.end();
      }
    } catch (error) {
      throw outOfResources(error, 'The scorer could not be started') ?? error;
    }
  }

  static async #create(resolved: ResolvedOptions, limit: StartLimit): Promise<FraudScorer> {
    const { model, batching, autoBatching } = resolved;
    const directory = await (model === null
      ? limit.within('reading the demonstration model', openBundledModel())
      : limit.within(`reading the model directory ${model}`, openModelDirectory(model)));
    const measuring = autoBatching ? findBatching({ ...resolved, ...batching, directory, signal: limit.signal }) : null;
    const found = measuring === null ? null : await limit.within("measuring the model for batching: 'auto'", measuring);
    const options = { ...resolved, ...found };
    if (options.workers !== resolved.workers) options.workersFrom = "batching: 'auto'";
    const scorer = new FraudScorer(options, directory, systemClock);
    try {
      // The host has nothing else to do while its workers load.
      const rehearsal = FraudScorer.#rehearse(resolved, directory);
      await Promise.all([limit.within('starting the workers', scorer.#start(limit.signal)), rehearsal]);
    } catch (error) {
      scorer.#monitor.dispose();
      throw error;
    }
    return scorer;
  }

  /** Has the host's code compiled by a scorer of its own, which has no workers and tells nobody of anything. */
  static async #rehearse(options: ResolvedOptions, directory: ModelDirectory): Promise<void> {
    const quiet = { logger: undefined, fallback: 'throw', explain: false, maxQueueSize: rehearsalQueue } as const;
    const maxBatchSize = Math.min(options.batching.maxBatchSize, rehearsalQueue);
    const batching = { ...options.batching, maxBatchSize, maxQueueDelayMs: 0 };
    try {
      const scorer = new FraudScorer({ ...options, ...quiet, batching, workers: 1 }, directory, systemClock);
      scorer.#deployment.standIn();
      await rehearse(scorer, scorer.#deployment.layout);
      await scorer.close();
    } catch {
      // Too little memory, say: the first requests are slower then, and what serves says by itself what it lacks.
    }
  }

  private constructor(options: ResolvedOptions, directory: ModelDirectory, bareClock: Clock) {
    const logger = containedLogger(options.logger, bareClock);
    const onFault: FaultReport = (error) => logger.error('A part of the scorer failed', describeFault(error));
    const clock = containedClock(bareClock, onFault);
    this.#options = options;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#logger = logger;
    this.#events = new ScorerEvents((event, error) => {
      logger.error(`A listener of '${event}' failed`, describeFault(error));
    });
    const deployment = new Deployment(
      directory,
      { ...options, clock, maxHeld: maxExplanations },
      {
        onBatch: (batch) => this.#monitor.recordBatch(batch.rows, batch.inferenceMs),
        onOutputs: (request, scores, attention, batch) => {
          const result = this.#settler.resultOf(request, scores, attention, batch);
          request.result = result;
          return this.#explanations.begin(request, result);
        },
        onAnswered: (request) => this.#answered(request),
        onFailed: (request, error) => this.#failed(request, error),
        onRowsScored: (rows) => this.#monitor.recordRows(rows),
        onColumnsAnswered: (call) => {
          this.#monitor.recordColumns(call.counts);
          call.settlement.resolve(call.scores);
          deployment.batcher.pump();
        },
        onColumnsFailed: (call, error) => {
          this.#settler.columnsFailed(error);
          call.settlement.reject(error);
          deployment.batcher.pump();
        },
        policy: () => this.#settler.policy,
        onWorkerSlow: (reason) => {
          logger.warn('A worker takes long to start', { reason });
          this.#monitor.lookNow();
        },
        onWorkerLost: (reason) => this.#onWorkerLost(reason),
        onWorkerNotReplaced: ({ message }) => {
          logger.error('A worker could not be replaced', { reason: message });
          this.#monitor.lookNow();
        },
        onProviderChanged: (before, providers) => {
          logger.warn('A worker came back on another provider', { before, providers });
        },
        onWorkersAbandoned: (workers) => logger.error('The process ended while workers were running', { workers }),
        onFault,
      },
    );
    this.#deployment = deployment;
    this.#monitor = new Monitor({
      clock,
      thresholds: options.alerts,
      outcomes: options.outcomes,
      waitingSince: () => deployment.batcher.waitingSince,
      workers: () => ({
        ready: deployment.readyWorkers,
        configured: deployment.configuredWorkers,
        troubled: deployment.troubledWorkers,
        problem: deployment.workersProblem,
      }),
      onAlert: (alert) => {
        logger.warn(alert.message, { rule: alert.rule, severity: alert.severity });
        outsideOfRequests(() => this.#events.emit('alert', alert));
      },
      onAlertCleared: (alert) => {
        logger.info(`Cleared: ${alert.message}`, { rule: alert.rule });
        outsideOfRequests(() => this.#events.emit('alertCleared', alert));
      },
      onFault,
    });
    this.#policy = { ...defaultPolicy, ...deployment.thresholds, ...options.policy };
    this.#settler = new Settler({
      clock,
      model: deployment.model,
      policy: this.#policy,
      fallback: options.fallback,
      observer: this.#monitor,
      wantsDecisions: () => this.#events.hasListeners('decision'),
      onDecision: (record) => this.#events.emit('decision', record),
      onFallbackFailure: (reason) => logger.error('The fallback gave no decision', { reason }),
    });
    this.#explanations = new Explanations({
      explain: options.explain,
      names: featureNames(deployment.inputs),
      policy: () => this.#settler.policy,
      run: (task) => deployment.explain(task),
      onExplained: (request) => {
        if (deployment.batcher.letGo(request)) this.#answeredLate(request);
      },
      onFailure: (reason) => logger.error('A score could not be explained', { reason }),
      onFault,
    });
    this.#admission = new Admission({
      clock,
      intake: deployment,
      aborts: new AbortRegistry<PendingRequest>(
        (request, reason) => deployment.batcher.giveUp(request, new AbortedError(reason)),
        onFault,
      ),
      maxQueueSize: options.maxQueueSize,
      timeoutMs: options.timeoutMs,
      isClosed: () => this.#closing !== null,
      callerContext: () => (this.#runsHostCode ? currentContext() : null),
      onRefused: (caller, error) => this.#settler.refused(caller, error),
    });
    this.#columns = new ColumnScoring({
      clock,
      layout: deployment.layout,
      queue: deployment.columns,
      isClosed: () => this.#closing !== null,
      onQueued: () => outsideOfRequests(() => deployment.batcher.pump()),
      onRefused: (error) => this.#monitor.recordError(error),
      onFault,
    });
  }

  /**
   * Scores one transaction.
   *
   * Rejects, and never throws, with `ERR_INVALID_REQUEST`, `ERR_INVALID_OPTIONS`, `ERR_QUEUE_FULL`, `ERR_DEADLINE_EXCEEDED`,
   * `ERR_ABORTED`, `ERR_CLOSED`, `ERR_INFERENCE` or `ERR_WORKER_LOST`; some of them the `fallback` option answers instead.
   */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestOf<Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult> {
    return new Promise((resolve, reject) => this.#admission.submit(request, options, { resolve, reject }));
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
  async scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequests<Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]> {
    const signal = options === undefined ? undefined : readScoreOptions(options, this.#options.timeoutMs).signal;
    const admission = this.#admission;
    return scoreMany(requests, {
      get isFull() {
        return admission.isFull;
      },
      get isOver() {
        return admission.isOver(signal);
      },
      room: () => this.#deployment.batcher.room(),
      submit: (request, settlement) => admission.submit(request, options, settlement),
      turn: () => new Promise((resolve) => this.#clock.soon(resolve)),
    });
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
  scoreColumns<Features extends FeatureMapOf<Features> = FeatureMap>(
    columns: Features,
    rows: number,
    options?: ColumnsOptions,
  ): Promise<ColumnScores> {
    return this.#columns.score(columns, rows, options);
  }

  /**
   * Tells what a transaction turned out to be, late or revised.
   *
   * @returns whether it could be matched: by an id this scorer holds, or by the decision given from the host's own records.
   * @throws {InvalidRequestError} where the outcome is not as documented.
   */
  recordOutcome(outcome: Outcome): boolean {
    return this.#monitor.recordOutcome(readOutcome(outcome));
  }

  /**
   * Changes thresholds of the decision, from the next answer on.
   *
   * @throws {InvalidOptionsError} where one is unknown or outside [0, 1]; none is changed then.
   */
  setPolicy(patch: Patch<DecisionPolicy>): void {
    this.#policy = { ...this.#policy, ...parsePolicyPatch(patch) };
    this.#settler.policy = this.#policy;
  }

  /** Everything measured, as plain JSON; cheap, and safe to call at any time, closed included. */
  summary(): Summary {
    const { batcher, model } = this.#deployment;
    const { performance, recent, requests, business, activeAlerts } = this.#monitor.summary();
    return {
      model: { ...model },
      timestamp: new Date(this.#clock.epochMs()).toISOString(),
      uptimeSeconds: (this.#clock.now() - this.#startedAt) / 1000,
      performance,
      recent,
      requests,
      business,
      explanations: this.#explanations.summary,
      workers: {
        configured: this.#deployment.configuredWorkers,
        ready: this.#deployment.readyWorkers,
        busy: batcher.busyWorkers,
        lost: this.#deployment.lostWorkers,
        provider: this.#deployment.provider,
        providers: this.#deployment.providers,
        devices: this.#deployment.devices,
      },
      queue: {
        depth: batcher.waiting,
        maxDepth: batcher.maxWaiting,
        oldestWaitMs: batcher.oldestWaitMs,
        inFlight: batcher.inFlight,
      },
      batching: { ...this.#deployment.limits, sent: batcher.sends, latency: batcher.latency },
      deployments: [{ ...model, traffic: 1, since: this.#deployment.since }],
      activeAlerts,
    };
  }

  /** Whether this scorer can answer, for a health endpoint; cheap. */
  health(): Health {
    return healthOf({
      closed: this.#closing !== null,
      readyWorkers: this.#deployment.readyWorkers,
      configuredWorkers: this.#deployment.configuredWorkers,
      provider: this.#deployment.readyWorkers === 0 ? null : this.#deployment.provider,
      providers: this.#deployment.providers,
      devices: this.#deployment.devices,
      queueDepth: this.#deployment.batcher.waiting,
      maxQueueSize: this.#options.maxQueueSize,
      activeAlerts: this.#monitor.activeAlerts,
    });
  }

  /**
   * Calls `listener` at every such event. One that throws, or whose promise rejects, disturbs nothing; it is logged. `events.once` and
   * `events.on` of Node.js take a scorer too; `error`, which they listen to, never occurs.
   *
   * @throws {InvalidOptionsError} where there is no such event, or the listener is no function.
   */
  on<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.on(event, listener);
    return this;
  }

  /** Calls `listener` at the next such event. @throws as `on` does. */
  once<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.once(event, listener);
    return this;
  }

  /** Takes a listener away again. @throws as `on` does. */
  off<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.off(event, listener);
    return this;
  }

  /** The same as `on`. */
  addListener<E extends EventName>(event: E, listener: Listener<E>): this {
    return this.on(event, listener);
  }

  /** The same as `off`. */
  removeListener<E extends EventName>(event: E, listener: Listener<E>): this {
    return this.off(event, listener);
  }

  /** How many listeners an event has. @throws {InvalidOptionsError} where there is no such event. */
  listenerCount(event: EventName): number {
    return this.#events.listenerCount(event);
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
      const reader = new FieldReader(options);
      const timeoutMs = reader.number('timeoutMs', defaultCloseTimeoutMs, { min: 0, unit: 'milliseconds' });
      reader.rejectUnknown().throwIfInvalid();
      this.#closing = this.#close(timeoutMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async [asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Whether code of the host's hears of each request, and has to run in its caller's context. */
  get #runsHostCode(): boolean {
    return typeof this.#options.fallback === 'function' || this.#events.hasListeners('decision');
  }

  async #start(signal: AbortSignal): Promise<void> {
    await this.#deployment.start(signal);
    this.#startedAt = this.#clock.now();
    this.#monitor.watch();
    const { model, readyWorkers, provider, providers, devices } = this.#deployment;
    this.#logger.info('Scoring started', {
      model: model.name,
      version: model.version,
      workers: readyWorkers,
      workersFrom: this.#options.workersFrom,
      provider,
      providers,
      devices,
      batching: this.#deployment.limits,
    });
    if (this.#options.model === null) warnOfDemonstration(this.#options.logger === undefined ? null : this.#logger);
    if (!isMainThread) this.#logger.warn(inWorkerThread, { threadId });
  }

  #answered(request: PendingRequest): void {
    if (request.result !== null) this.#settler.answered(request, request.result);
  }

  #answeredLate(request: PendingRequest): void {
    if (request.result !== null) this.#settler.answeredLate(request, request.result);
  }

  #failed(request: PendingRequest, error: FraudScorerError): void {
    this.#explanations.giveUp(request);
    // The reasons are an extra: an answer that only waits for them goes out without, unless nobody wants it any more.
    if (request.result !== null && error.code !== 'ERR_ABORTED') this.#answeredLate(request);
    else this.#settler.failed(request, error);
  }

  #onWorkerLost(reason: string): void {
    const readyWorkers = this.#deployment.readyWorkers;
    this.#logger.error('A worker was lost', { reason, readyWorkers });
    outsideOfRequests(() => this.#events.emit('workerLost', { reason, readyWorkers }));
    // One that hung may be replaced before the next look.
    this.#monitor.lookNow();
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    const { batcher, columns } = this.#deployment;
    const cutOff = (): ClosedError => new ClosedError('The scorer was closed before this request was answered');
    const abandoned = (await this.#drained(timeoutMs)) ? 0 : batcher.giveUpAll(cutOff) + columns.giveUpAll(cutOff);
    const released = await this.#deployment.release();
    this.#monitor.dispose();
    this.#events.removeAll();
    const fields = { abandoned, workersLeftBehind: !released };
    if (abandoned > 0 || !released) this.#logger.warn('Scoring ended before all was done', fields);
    else this.#logger.info('Scoring ended', fields);
    return { abandoned, summary: this.summary() };
  }

  /** @returns whether everything that was taken in is settled, after at most `timeoutMs`. */
  #drained(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeoutMs) ? this.#clock.after(timeoutMs, () => resolve(false)) : null;
      void this.#deployment.batcher.idle().then(() => {
        timer?.clear();
        resolve(true);
      });
    });
  }
}
