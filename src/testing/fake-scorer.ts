import type { AlertsSummary } from '../api/alerts.js';
import type { DeploymentEvent, FraudScorerEvents } from '../api/events.js';
import type { Health } from '../api/health.js';
import type { Metrics } from '../api/metrics.js';
import type { Outcome } from '../api/outcome.js';
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
} from '../api/request.js';
import type { ColumnScores, ScoreOutcome, ScoreResult } from '../api/result.js';
import type { CloseOptions, CloseReport, Scorer } from '../api/scorer.js';
import type { Summary } from '../api/summary.js';
import { InvalidOptionsError } from '../errors.js';
import { asyncDispose } from '../host/async-dispose.js';
import { type EventName, ScorerEvents } from '../host/events.js';
import { healthOf } from '../monitoring/health.js';
import { readCloseOptions } from '../requests/close-options.js';
import { readOutcome } from '../requests/read-outcome.js';
import { scoreMany } from '../requests/score-many.js';
import { describeValue } from '../validation/issues.js';
import { AlertList } from './alert-list.js';
import type { FakeAnswer } from './answer.js';
import { eventDefaults, isAlert, isEvent } from './event-fixtures.js';
import type { FakeCall, FakeColumnsCall, FakeOutcome, HostFailure } from './fake-call.js';
import { FakeColumns } from './fake-columns.js';
import { FakeEngine } from './fake-engine.js';
import { type FakeScorerOptions, type ResolvedFakeOptions, readFakeOptions } from './fake-options.js';
import { fakeParts } from './fake-parts.js';
import { FakeVersionedScorer } from './fake-versioned-scorer.js';
import type { Statistics } from './statistics.js';
import { WaitingRequests } from './waiting-requests.js';

/**
 * A scorer for tests of a host: it answers as a script says, and counts and measures as a real one. It loads no model and starts no thread. Made by
 * `fakeScorer`.
 *
 * @typeParam Known the features of the requests, as of `FraudScorer`.
 */
export class FakeScorer<Known = unknown> extends FakeVersionedScorer implements Scorer<Known> {
  readonly #options: ResolvedFakeOptions;
  readonly #engine: FakeEngine;
  readonly #statistics: Statistics;
  readonly #waiting: WaitingRequests;
  readonly #alerts: AlertList;
  readonly #columns: FakeColumns;
  readonly #events: ScorerEvents;
  readonly #outcomes: FakeOutcome[] = [];
  readonly #failures: readonly HostFailure[];
  #health: Partial<Health> = {};
  #closing: Promise<CloseReport> | null = null;

  /** @throws as `fakeScorer` does. */
  constructor(options: FakeScorerOptions<Known> = {}) {
    const failures: HostFailure[] = [];
    const events = new ScorerEvents((event, error) => failures.push({ where: event, error }));
    const read = readFakeOptions(options);
    const { clock } = read;
    const waiting = new WaitingRequests(clock);
    const alerts = new AlertList();
    const tell = (event: Omit<DeploymentEvent, 'at'>): void =>
      events.emit('deployment', { ...event, at: clock.epochMs() });
    // Asked only once all is made.
    let engine: FakeEngine | null = null;
    const isClosed = (): boolean => engine?.isClosed ?? false;
    const counts = (): { count: number; oldestWaitMs: number } => waiting;
    const { versions, operations, statistics } = fakeParts({ options: read, alerts, waiting: counts, isClosed, tell });
    super({ events, operations });
    this.#failures = failures;
    this.#events = events;
    this.#options = read;
    this.#waiting = waiting;
    this.#alerts = alerts;
    this.#statistics = statistics;
    engine = new FakeEngine({
      ...{ options: read, versions, waiting, events, statistics },
      onHostFailure: (failure) => failures.push(failure),
    });
    this.#engine = engine;
    this.#columns = new FakeColumns({ ...read, versions, statistics, isClosed });
  }

  /** Every request that was sent, in order, with what came of it. */
  get calls(): readonly FakeCall[] {
    return this.#engine.calls;
  }

  /** Every call of `scoreColumns`, in order, with what came of it. */
  get columnCalls(): readonly FakeColumnsCall[] {
    return this.#columns.calls;
  }

  /** Every label that was told, in order. */
  get outcomes(): readonly FakeOutcome[] {
    return this.#outcomes;
  }

  /** Listeners of the host, and functions `fallback`, that failed. A real scorer logs them, and goes on. */
  get hostFailures(): readonly HostFailure[] {
    return this.#failures;
  }

  /** How many answers of the list no request has had yet. */
  get answersLeft(): number {
    return this.#options.script.left;
  }

  /** Requests that wait for their answers. */
  get waiting(): number {
    return this.#waiting.count;
  }

  /** Adds answers to the end of the list. @throws {InvalidOptionsError} where one is no answer; none is added then. */
  answerNext(...answers: readonly FakeAnswer[]): this {
    this.#options.script.add(answers, 'answers');
    return this;
  }

  /**
   * Tells the listeners of an event. An alert stands from then on, in `alerts()`, `summary()`, `metrics()` and `health()`, until `alertCleared` is
   * emitted with its rule and version.
   *
   * @param value its fields; those left out are made up. @throws {InvalidOptionsError} where there is no such event.
   */
  emit<E extends EventName>(event: E, value: Partial<FraudScorerEvents[E][0]> = {}): this {
    if (!isEvent(event)) {
      const expected = `one of ${Object.keys(eventDefaults).join(', ')}`;
      throw new InvalidOptionsError([{ path: 'event', expected, received: describeValue(event) }]);
    }
    const at = this.#options.clock.epochMs();
    const told = { ...eventDefaults[event](this.#options.manifest, at), ...value };
    if (event === 'alert' && isAlert(told)) this.#alerts.raise(told);
    if (event === 'alertCleared' && isAlert(told)) this.#alerts.clear(told, at);
    this.#events.emit(event, ...([told] as FraudScorerEvents[E]));
    return this;
  }

  /** Has `health()` give these fields, until they are set again: `{}` for its own ones alone. */
  setHealth(fields: Partial<Health>): this {
    this.#health = { ...fields };
    return this;
  }

  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  score(request: unknown, options?: ScoreOptions): Promise<ScoreResult> {
    return this.#engine.score(request as ScoreRequest, options);
  }

  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequestsFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  async scoreMany(requests: unknown, options?: ScoreOptions): Promise<ScoreOutcome[]> {
    return scoreMany(requests as ManyRequests, this.#engine.manyIntake(options));
  }

  /** As of a real scorer; every row gets the same answer, which is the next of the list, or `otherwise`. */
  scoreColumns<Columns extends ColumnMapOf<Columns> = FeatureMap>(
    columns: Columns,
    rows: number,
    options?: ColumnsOptions,
  ): Promise<ColumnScores> {
    return this.#columns.score(columns, rows, options);
  }

  /** As of a real scorer: a label is matched with an answer of this fake, and counted in `summary()`. */
  recordOutcome(outcome: Outcome): boolean {
    const read = readOutcome(outcome);
    const matched = this.#statistics.recordOutcome(read);
    this.#outcomes.push({ outcome, matched });
    return matched;
  }

  /** What was counted, as a real scorer's. */
  summary(): Summary {
    return this.#statistics.summary();
  }

  /** The same as plain data. */
  metrics(): Metrics {
    return this.#statistics.metrics();
  }

  /** The alerts that were emitted. */
  alerts(): AlertsSummary {
    return this.#alerts.summary;
  }

  health(): Health {
    const { versions } = this.#statistics;
    const { ready, providers, devices } = versions.workers();
    const health = healthOf({
      closed: this.#engine.isClosed,
      readyWorkers: ready,
      versions: versions.readyWorkers(),
      provider: ready === 0 ? null : 'cpu',
      providers,
      devices,
      queueDepth: this.#waiting.count,
      maxQueueSize: this.#options.maxQueueSize,
      findings: this.#alerts.active.map(({ message }) => message),
    });
    return { ...health, ...this.#health };
  }

  /** As of a real scorer: what was taken in is answered, and what is not after `timeoutMs` is given up. */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    if (this.#closing !== null) return this.#closing;
    try {
      const { timeoutMs } = readCloseOptions(options);
      this.#closing = this.#close(timeoutMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same as `close()`. */
  async [asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    this.#engine.closeDoor();
    const [requests, calls] = await Promise.all([this.#engine.drain(timeoutMs), this.#columns.drain(timeoutMs)]);
    const abandoned = requests + calls;
    this.#statistics.dispose();
    this.#events.removeAll();
    return { abandoned, summary: this.summary() };
  }
}

/**
 * Makes a scorer for tests of a host: each request is answered as `answers`, then `decide`, then `otherwise` say. It loads no model and starts no
 * thread.
 *
 * @throws {InvalidOptionsError} where an option is unknown or not as documented. @throws {ModelInvalidError} where `model` can't be read.
 */
export function fakeScorer<Known = unknown>(options: FakeScorerOptions<Known> = {}): FakeScorer<Known> {
  return new FakeScorer<Known>(options);
}
