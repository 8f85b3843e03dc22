import type { ModelIdentity, ModelResult } from '../../../api/result.js';
import type { Summary } from '../../../api/summary.js';
import type { ErrorCode, FraudScorerError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import type { FaultReport } from '../../../host/faults.js';
import { readAlerts } from '../../../monitoring/alerts/alert-options.js';
import { ruleNames } from '../../../monitoring/alerts/rule-table.js';
import { OutcomeStore } from '../../../monitoring/labels/outcomes.js';
import { Monitor } from '../../../monitoring/monitor.js';
import { VersionStats } from '../../../monitoring/version-stats.js';
import { FieldReader } from '../../../validation/field-reader.js';

/** The state of the client that a summary tells. */
export interface ClientState {
  nodes: { known: number; ready: number; busy: number };
  waiting: number;
  maxWaiting: number;
  oldestWaitMs: number;
  inFlight: number;
  maxFrameRows: number;
}

const noPauses = { count: 0, totalMs: 0 };

/** Counts and measures the client's own requests, with the parts that do it in a scorer. */
export class ClientStatistics {
  readonly #clock: Clock;
  readonly #stats: VersionStats;
  readonly #monitor: Monitor;
  readonly #startedAt: number;
  readonly #state: () => ClientState;
  readonly #enqueuedAt = new Float64Array(1);
  #model: ModelIdentity = { name: '', version: '' };
  #reasons = 0;

  constructor(clock: Clock, maxOutstanding: number, state: () => ClientState, onFault: FaultReport) {
    this.#clock = clock;
    this.#state = state;
    this.#startedAt = clock.now();
    const outcomes = new OutcomeStore(clock, { maxPending: 1, ttlMs: 1 });
    const stats = new VersionStats('', clock, outcomes);
    this.#stats = stats;
    const rules = Object.fromEntries(ruleNames.map((name) => [name, false]));
    this.#monitor = new Monitor({
      clock,
      alerts: readAlerts(new FieldReader({ rules }), Number.POSITIVE_INFINITY),
      sources: {
        versions: () => [],
        waitingSince: () => null,
        workers: () => ({ ready: 1, configured: 1, troubled: 0 }),
        failover: () => null,
        records: () => null,
      },
      targetLatencyMs: Number.POSITIVE_INFINITY,
      maxQueueSize: maxOutstanding,
      outcomes,
      versions: () => [stats],
      labelsOf: () => null,
      onAlert: () => {},
      onAlertCleared: () => {},
      onHostRuleFailure: () => {},
      onFault,
    });
    this.#monitor.watch();
  }

  /** @param sentAt when its last frame was sent. */
  recordAnswer(result: ModelResult, enqueuedAt: number, sentAt: number, now: number): void {
    const { decision, riskLevel, model, reasons } = result;
    this.#enqueuedAt[0] = enqueuedAt;
    this.#stats.recordTimes(this.#enqueuedAt, 1, sentAt, now);
    this.#stats.recordAnswer(decision, riskLevel, undefined);
    this.#model = model;
    if (reasons !== undefined) this.#reasons += 1;
  }

  /** @param rows of a frame that came back. @param durationMs how long it took. */
  recordFrame(rows: number, durationMs: number): void {
    this.#stats.recordBatch(rows, durationMs);
  }

  recordError(error: FraudScorerError, isAbandoned: boolean): void {
    if (isAbandoned) this.#stats.recordAbandoned();
    else this.#stats.recordError(error);
  }

  recordFallback(code: ErrorCode): void {
    this.#stats.recordFallback(code);
  }

  summary(): Summary {
    const { performance, recent, requests, business } = this.#monitor.summary();
    const { nodes, waiting, maxWaiting, oldestWaitMs, inFlight, maxFrameRows } = this.#state();
    return {
      model: { ...this.#model },
      timestamp: new Date(this.#clock.epochMs()).toISOString(),
      uptimeSeconds: (this.#clock.now() - this.#startedAt) / 1000,
      performance,
      recent,
      requests,
      business,
      explanations: { given: this.#reasons, skipped: 0 },
      workers: {
        configured: nodes.known,
        ready: nodes.ready,
        busy: nodes.busy,
        lost: 0,
        provider: null,
        providers: [],
        devices: [],
      },
      queue: { depth: waiting, maxDepth: maxWaiting, oldestWaitMs, inFlight },
      batching: {
        maxBatchSize: maxFrameRows,
        maxQueueDelayMs: 0,
        targetLatencyMs: Number.POSITIVE_INFINITY,
        sent: { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 },
        latency: null,
      },
      deployments: [],
      host: {
        eventLoop: { delayMs: { p50: null, p99: null, max: null }, utilization: null },
        gc: { minor: noPauses, major: noPauses, incremental: noPauses, weakCallbacks: noPauses },
      },
      activeAlerts: [],
    };
  }

  /** The last summary stays. */
  dispose(): void {
    this.#monitor.dispose();
  }
}
