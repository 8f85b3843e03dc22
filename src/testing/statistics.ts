import type { DeploymentSummary } from '../api/deployment.js';
import type { Metrics } from '../api/metrics.js';
import type { Outcome } from '../api/outcome.js';
import type { ModelResult } from '../api/result.js';
import type { PerformanceSummary, Summary } from '../api/summary.js';
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
import type { FakeVersion } from './fake-version.js';
import { SecondsClock } from './seconds-clock.js';
import { VersionReports, type VersionReportsOptions } from './version-reports.js';

/** What a fake says that its process takes, so that it says the same everywhere. */
const memoryGb = 0.25;

const dayMs = 86_400_000;

export interface StatisticsOptions extends VersionReportsOptions {
  clock: Clock;
  alerts: AlertList;
  maxQueueSize: number;
}

/** What a scorer counts and measures: by the parts that do it in a real one, without the process's own memory, garbage and event loop. */
export class Statistics {
  /** Of requests that were refused before a version was chosen. */
  readonly unrouted: VersionStats;
  /** What it says of each version. */
  readonly versions: VersionReports;
  readonly #options: StatisticsOptions;
  readonly #clock: SecondsClock;
  readonly #outcomes: OutcomeStore;
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
    this.versions = new VersionReports(options);
    const { maxQueueSize } = options;
    const clock = new SecondsClock(options.clock);
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#startedAtEpochMs = clock.epochMs();
    const outcomes = new OutcomeStore(clock, { maxPending: 1_000_000, ttlMs: 90 * dayMs });
    this.#outcomes = outcomes;
    this.unrouted = new VersionStats('', clock, outcomes);
    this.#monitor = new Monitor({
      clock,
      alerts: noRules(),
      sources: {
        versions: () => [],
        waitingSince: () => null,
        workers: () => ({ ready: 1, configured: 1, troubled: 0 }),
        failover: () => null,
      },
      targetLatencyMs: Number.POSITIVE_INFINITY,
      maxQueueSize,
      outcomes,
      versions: () => [...this.versions.counted.map(({ stats }) => stats), this.unrouted],
      labelsOf: (version) => this.versions.counted.find((known) => known.version === version)?.stats.labels ?? null,
      onAlert: () => {},
      onAlertCleared: () => {},
      onHostRuleFailure: () => {},
      onFault: (error) => {
        throw error;
      },
    });
  }

  /** Begins to measure. Call it once there is a version. */
  begin(): void {
    this.#monitor.watch();
  }

  /** Those of a new version. */
  newStats(version: string): VersionStats {
    return new VersionStats(version, this.#clock, this.#outcomes);
  }

  /** A request was taken in. */
  recordWaiting(): void {
    this.#maxDepth = Math.max(this.#maxDepth, this.#options.waiting().count);
  }

  /** @param stats of the version that answers. @param amount that of the request, NaN where it has none, as the only item. */
  recordAnswer(stats: VersionStats, result: ModelResult, amount: Float64Array): void {
    this.#clock.catchUp();
    const { decision, riskLevel, id, timing } = result;
    const answeredAt = this.#clock.now();
    this.#enqueuedAt[0] = answeredAt - timing.totalMs;
    stats.recordBatch(timing.batchSize, timing.inferenceMs);
    stats.recordTimes(this.#enqueuedAt, 1, answeredAt - timing.totalMs + timing.queueMs, answeredAt);
    stats.recordAnswer(decision, riskLevel, id, result, amount, 0);
    if (result.reasons !== undefined) this.#reasonsGiven += 1;
    this.#batches += 1;
    this.#lastBatchMs = timing.inferenceMs;
  }

  /** @param stats of the version that was to answer. @param isTakenIn whether it was waiting for its answer. */
  recordError(stats: VersionStats, error: FraudScorerError, isTakenIn: boolean): void {
    this.#clock.catchUp();
    // Only `close` gives up with this code what was taken in, and that is a failure, not a rejection.
    if (isTakenIn && error.code === 'ERR_CLOSED') stats.recordAbandoned();
    else stats.recordError(error);
  }

  /** Rows of one call of `scoreColumns` were scored, all by the same answer. */
  recordColumns(stats: VersionStats, rows: number, { decision, riskLevel }: ModelResult): void {
    this.#clock.catchUp();
    const counts = { APPROVE: 0, REVIEW: 0, BLOCK: 0, highRisk: riskLevel === 'HIGH' ? rows : 0, [decision]: rows };
    stats.recordRows(rows);
    stats.recordColumns(counts);
  }

  recordOutcome(outcome: Outcome): boolean {
    this.#clock.catchUp();
    return this.#monitor.recordOutcome(outcome);
  }

  summary(): Summary {
    this.#clock.catchUp();
    const { alerts, versions } = this.#options;
    const { performance, recent, requests, business } = this.#monitor.summary();
    return {
      model: { ...versions().primary.model },
      timestamp: new Date(this.#clock.epochMs()).toISOString(),
      uptimeSeconds: (this.#clock.now() - this.#startedAt) / 1000,
      performance: withMemory(performance),
      recent: { ...recent, performance: withMemory(recent.performance) },
      requests,
      business,
      explanations: { given: this.#reasonsGiven, skipped: 0 },
      workers: this.versions.workers(),
      queue: this.#queue(),
      batching: this.#batching(),
      deployments: this.versions.all(),
      host: {
        eventLoop: { delayMs: { p50: null, p99: null, max: null }, utilization: null },
        gc: { minor: noPauses(), major: noPauses(), incremental: noPauses(), weakCallbacks: noPauses() },
      },
      activeAlerts: alerts.active,
    };
  }

  /** The versions that are live, then those that have retired. */
  deployments(): DeploymentSummary[] {
    this.#clock.catchUp();
    return this.versions.all();
  }

  deployment(version: FakeVersion): DeploymentSummary {
    this.#clock.catchUp();
    return this.versions.of(version);
  }

  metrics(): Metrics {
    this.#clock.catchUp();
    const { maxQueueSize, alerts, isClosed } = this.#options;
    const workers = this.versions.workers();
    return collectMetrics({
      latencyBuckets: this.#buckets,
      counted: this.versions.countedBy(this.unrouted),
      older: null,
      ...this.versions.forMetrics(),
      drifts: [],
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
