import type { DeploymentSummary } from '../api/deployment.js';
import type { Metrics } from '../api/metrics.js';
import type { Outcome } from '../api/outcome.js';
import type { ModelIdentity, ModelResult } from '../api/result.js';
import type { PerformanceSummary, Summary, WorkersSummary } from '../api/summary.js';
import type { FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { type ResolvedAlerts, readAlerts } from '../monitoring/alerts/alert-options.js';
import { ruleNames } from '../monitoring/alerts/rule-table.js';
import { gcKinds } from '../monitoring/host-load/gc-pauses.js';
import { OutcomeStore } from '../monitoring/labels/outcomes.js';
import { LatencyHistogram } from '../monitoring/latency-histogram.js';
import { collectMetrics } from '../monitoring/metrics/collect-metrics.js';
import { defaultLatencyBucketsMs, LatencyBuckets } from '../monitoring/metrics/latency-buckets.js';
import { Monitor } from '../monitoring/monitor.js';
import { VersionStats } from '../monitoring/version-stats.js';
import { FieldReader } from '../validation/field-reader.js';
import type { AlertList } from './alert-list.js';
import { SecondsClock } from './seconds-clock.js';

/** What a fake says that its process takes, so that it says the same everywhere. */
const memoryGb = 0.25;

const dayMs = 86_400_000;

export interface StatisticsOptions {
  clock: Clock;
  model: ModelIdentity;
  alerts: AlertList;
  maxQueueSize: number;
  workers: number;
  /** Requests that are not answered yet, and how long the oldest has waited, in ms. */
  waiting: () => { count: number; oldestWaitMs: number };
  isClosed: () => boolean;
}

/** What a scorer counts and measures: by the parts that do it in a real one, without the process's own memory, garbage and event loop. */
export class Statistics {
  /** Of the one version. */
  readonly stats: VersionStats;
  /** Of requests that were refused before a version was chosen. */
  readonly unrouted: VersionStats;
  readonly #options: StatisticsOptions;
  readonly #clock: SecondsClock;
  readonly #monitor: Monitor;
  readonly #buckets = new LatencyBuckets(defaultLatencyBucketsMs);
  readonly #startedAt: number;
  readonly #startedAtEpochMs: number;
  readonly #enqueuedAt = new Float64Array(1);
  #reasonsGiven = 0;
  #maxDepth = 0;
  #batches = 0;
  #lastBatchMs: number | null = null;

  constructor(options: StatisticsOptions) {
    this.#options = options;
    const { model, maxQueueSize, workers } = options;
    const clock = new SecondsClock(options.clock);
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#startedAtEpochMs = clock.epochMs();
    const outcomes = new OutcomeStore(clock, { maxPending: 1_000_000, ttlMs: 90 * dayMs });
    this.stats = new VersionStats(model.version, clock, outcomes);
    this.unrouted = new VersionStats('', clock, outcomes);
    this.#monitor = new Monitor({
      clock,
      alerts: noRules(),
      sources: {
        versions: () => [],
        waitingSince: () => null,
        workers: () => ({ ready: workers, configured: workers, troubled: 0 }),
        failover: () => null,
      },
      targetLatencyMs: Number.POSITIVE_INFINITY,
      maxQueueSize,
      outcomes,
      versions: () => [this.stats, this.unrouted],
      labelsOf: (version) => (version === model.version ? this.stats.labels : null),
      onAlert: () => {},
      onAlertCleared: () => {},
      onHostRuleFailure: () => {},
      onFault: (error) => {
        throw error;
      },
    });
    this.#monitor.watch();
  }

  /** A request was taken in. */
  recordWaiting(): void {
    this.#maxDepth = Math.max(this.#maxDepth, this.#options.waiting().count);
  }

  /** @param amount that of the request, NaN where it has none, as the only item. */
  recordAnswer(result: ModelResult, amount: Float64Array): void {
    this.#clock.catchUp();
    const { decision, riskLevel, id, timing } = result;
    const answeredAt = this.#clock.now();
    this.#enqueuedAt[0] = answeredAt - timing.totalMs;
    this.stats.recordBatch(timing.batchSize, timing.inferenceMs);
    this.stats.recordTimes(this.#enqueuedAt, 1, answeredAt - timing.totalMs + timing.queueMs, answeredAt);
    this.stats.recordAnswer(decision, riskLevel, id, result, amount, 0);
    if (result.reasons !== undefined) this.#reasonsGiven += 1;
    this.#batches += 1;
    this.#lastBatchMs = timing.inferenceMs;
  }

  /** @param isTakenIn whether it was waiting for its answer. */
  recordError(error: FraudScorerError, isTakenIn: boolean): void {
    this.#clock.catchUp();
    const stats = this.#statsOf(error, isTakenIn);
    // Only `close` gives up with this code what was taken in, and that is a failure, not a rejection.
    if (isTakenIn && error.code === 'ERR_CLOSED') stats.recordAbandoned();
    else stats.recordError(error);
  }

  /** @param error in whose place the fallback answered; it was recorded before. */
  recordFallback(error: FraudScorerError, isTakenIn: boolean): void {
    this.#statsOf(error, isTakenIn).recordFallback(error.code);
  }

  recordOutcome(outcome: Outcome): boolean {
    this.#clock.catchUp();
    return this.#monitor.recordOutcome(outcome);
  }

  workers(): WorkersSummary {
    const { workers: configured, waiting, isClosed } = this.#options;
    const ready = isClosed() ? 0 : configured;
    const providers: WorkersSummary['providers'] = [{ provider: 'cpu', reason: null }];
    const busy = Math.min(ready, waiting().count);
    return { configured, ready, busy, lost: 0, provider: 'cpu', providers, devices: [] };
  }

  summary(): Summary {
    this.#clock.catchUp();
    const { model, alerts } = this.#options;
    const { performance, recent, requests, business } = this.#monitor.summary();
    return {
      model: { ...model },
      timestamp: new Date(this.#clock.epochMs()).toISOString(),
      uptimeSeconds: (this.#clock.now() - this.#startedAt) / 1000,
      performance: withMemory(performance),
      recent: { ...recent, performance: withMemory(recent.performance) },
      requests,
      business,
      explanations: { given: this.#reasonsGiven, skipped: 0 },
      workers: this.workers(),
      queue: this.#queue(),
      batching: this.#batching(),
      deployments: this.deployments(),
      host: {
        eventLoop: { delayMs: { p50: null, p99: null, max: null }, utilization: null },
        gc: { minor: noPauses(), major: noPauses(), incremental: noPauses(), weakCallbacks: noPauses() },
      },
      activeAlerts: alerts.active,
    };
  }

  deployments(): DeploymentSummary[] {
    this.#clock.catchUp();
    const since = this.#startedAtEpochMs;
    const workers = this.workers();
    return [{ ...this.#options.model, since, workers, ...this.stats.summary(), role: 'primary', traffic: 1 }];
  }

  metrics(): Metrics {
    this.#clock.catchUp();
    const { model, maxQueueSize, alerts, isClosed } = this.#options;
    const workers = this.workers();
    return collectMetrics({
      latencyBuckets: this.#buckets,
      counted: new Map([
        ['', [this.unrouted]],
        [model.version, [this.stats]],
      ]),
      older: null,
      live: [{ ...model, role: 'primary', traffic: 1, provider: workers.ready === 0 ? null : workers.provider }],
      labels: [{ version: model.version, labels: this.stats.labels }],
      drifts: [],
      shadows: [],
      workers,
      queue: this.#queue(),
      maxQueueSize,
      batching: this.#batching(),
      explanations: { given: this.#reasonsGiven, skipped: 0 },
      isReady: !isClosed(),
      startedAtEpochMs: this.#startedAtEpochMs,
      alertRules: ruleNames,
      activeAlerts: alerts.active,
      host: {
        delay: new LatencyHistogram(),
        recentDelay: { p50: null, p99: null, max: null },
        utilization: null,
        gc: gcKinds.map((kind) => ({ kind, count: 0, pauseMs: 0 })),
      },
    });
  }

  /** The last summary stays. */
  dispose(): void {
    this.#clock.catchUp();
    this.#monitor.dispose();
  }

  /** What is refused before a version is chosen is of none. */
  #statsOf({ code }: FraudScorerError, isTakenIn: boolean): VersionStats {
    return isTakenIn || code === 'ERR_INVALID_REQUEST' ? this.stats : this.unrouted;
  }

  #queue(): Summary['queue'] {
    const { count, oldestWaitMs } = this.#options.waiting();
    return { depth: count, maxDepth: this.#maxDepth, oldestWaitMs, inFlight: 0 };
  }

  #batching(): Summary['batching'] {
    return {
      maxBatchSize: 256,
      maxQueueDelayMs: 0,
      targetLatencyMs: 10,
      sent: { idleWorker: this.#batches, full: 0, delayOver: 0, deadline: 0 },
      latency: this.#lastBatchMs === null ? null : { fixedMs: this.#lastBatchMs, perRowMs: 0 },
    };
  }
}

/** A fake raises no alert by itself: its test does. */
function noRules(): ResolvedAlerts {
  const rules = Object.fromEntries(ruleNames.map((name) => [name, false]));
  return readAlerts(new FieldReader({ rules }), Number.POSITIVE_INFINITY);
}

function noPauses(): { count: number; totalMs: number } {
  return { count: 0, totalMs: 0 };
}

function withMemory(performance: PerformanceSummary): PerformanceSummary {
  return { ...performance, memoryGb: { mean: memoryGb, max: memoryGb } };
}
