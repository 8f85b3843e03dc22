import { parsePolicyPatch } from '../answering/policy.js';
import type { AlertsSummary } from '../api/alerts.js';
import type { DeploymentSummary } from '../api/deployment.js';
import type { FraudScorerEvents } from '../api/events.js';
import type { Health } from '../api/health.js';
import type { Metrics } from '../api/metrics.js';
import type { Outcome } from '../api/outcome.js';
import type { Patch } from '../api/patch.js';
import type { DecisionPolicy } from '../api/policy.js';
import type {
  FeatureMap,
  FeatureMapOf,
  ManyRequests,
  ManyRequestsFor,
  RequestFor,
  ScoreOptions,
  ScoreRequest,
} from '../api/request.js';
import type { ScoreOutcome, ScoreResult } from '../api/result.js';
import type { CloseOptions, CloseReport, Scorer } from '../api/scorer.js';
import type { Summary } from '../api/summary.js';
import { InvalidOptionsError } from '../errors.js';
import { asyncDispose } from '../host/async-dispose.js';
import { EventSource } from '../host/event-source.js';
import { type EventName, ScorerEvents } from '../host/events.js';
import { healthOf } from '../monitoring/health.js';
import { readOutcome } from '../requests/read-outcome.js';
import { scoreMany } from '../requests/score-many.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeValue } from '../validation/issues.js';
import { AlertList } from './alert-list.js';
import type { FakeAnswer } from './answer.js';
import { eventDefaults, isAlert, isEvent } from './event-fixtures.js';
import type { FakeCall, FakeOutcome, HostFailure } from './fake-call.js';
import { FakeEngine } from './fake-engine.js';
import { type FakeScorerOptions, type ResolvedFakeOptions, readFakeOptions } from './fake-options.js';
import { Statistics } from './statistics.js';
import { identityOf } from './test-model.js';
import { WaitingRequests } from './waiting-requests.js';

/**
 * A scorer for tests of a host: it answers as a script says, and counts and measures as a real one. It loads no model and starts no thread. Made by
 * `fakeScorer`.
 *
 * @typeParam Known the features of the requests, as of `FraudScorer`.
 */
export class FakeScorer<Known = unknown> extends EventSource implements Scorer<Known> {
  readonly #options: ResolvedFakeOptions;
  readonly #engine: FakeEngine;
  readonly #statistics: Statistics;
  readonly #waiting: WaitingRequests;
  readonly #alerts = new AlertList();
  readonly #events: ScorerEvents;
  readonly #outcomes: FakeOutcome[] = [];
  readonly #failures: readonly HostFailure[];
  #health: Partial<Health> = {};
  #closing: Promise<CloseReport> | null = null;

  /** @throws as `fakeScorer` does. */
  constructor(options: FakeScorerOptions<Known> = {}) {
    const failures: HostFailure[] = [];
    const events = new ScorerEvents((event, error) => failures.push({ where: event, error }));
    super({ events });
    const read = readFakeOptions(options);
    const { clock, manifest, maxQueueSize, workers } = read;
    const model = identityOf(manifest);
    const waiting = new WaitingRequests(clock);
    this.#failures = failures;
    this.#events = events;
    this.#options = read;
    this.#waiting = waiting;
    this.#statistics = new Statistics({
      ...{ clock, model, maxQueueSize, workers },
      alerts: this.#alerts,
      waiting: () => ({ count: waiting.count, oldestWaitMs: waiting.oldestWaitMs }),
      isClosed: () => this.#engine.isClosed,
    });
    this.#engine = new FakeEngine({
      ...{ options: read, model, waiting, events },
      statistics: this.#statistics,
      onHostFailure: (failure) => failures.push(failure),
    });
  }

  /** Every request that was sent, in order, with what came of it. */
  get calls(): readonly FakeCall[] {
    return this.#engine.calls;
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

  /** As of a real scorer: a label is matched with an answer of this fake, and counted in `summary()`. */
  recordOutcome(outcome: Outcome): boolean {
    const read = readOutcome(outcome);
    const matched = this.#statistics.recordOutcome(read);
    this.#outcomes.push({ outcome, matched });
    return matched;
  }

  /** Changes thresholds by which scores become decisions. @throws {InvalidOptionsError} where one is unknown or outside [0, 1]. */
  setPolicy(patch: Patch<DecisionPolicy>): void {
    const read = parsePolicyPatch(patch);
    this.#engine.setPolicy(read);
    const names = Object.keys(read).join(', ');
    if (names !== '') this.emit('deployment', { type: 'policy', version: null, reason: `set: ${names}` });
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

  /** The one version that it has. */
  deployments(): DeploymentSummary[] {
    return this.#statistics.deployments();
  }

  health(): Health {
    const { configured, ready, providers, devices } = this.#statistics.workers();
    const health = healthOf({
      closed: this.#engine.isClosed,
      readyWorkers: ready,
      versions: [{ version: this.#options.manifest.version, ready, configured }],
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
      const reader = new FieldReader(options);
      const timeoutMs = reader.number('timeoutMs', 10_000, { min: 0, unit: 'milliseconds' });
      reader.rejectUnknown().throwIfInvalid();
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
    const abandoned = await this.#engine.drain(timeoutMs);
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
