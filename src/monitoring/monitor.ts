import { deserialize, serialize } from 'node:v8';
import type { Clock, Timer } from '../clock.js';
import type { FraudScorerError } from '../errors.js';
import { contained, type FaultReport } from '../faults.js';
import type {
  Alert,
  BusinessSummary,
  Decision,
  Outcome,
  PerformanceSummary,
  RequestCounts,
  RiskLevel,
} from '../types.js';
import { AlertBoard } from './alert-board.js';
import { type AlertThresholds, observe, type WorkersSeen } from './alert-rules.js';
import { DecisionCounter, type DecisionCounts } from './decision-counter.js';
import { type OutcomeLimits, OutcomeStore } from './outcomes.js';
import { PerformanceHistory, windowIntervals } from './performance-history.js';
import { type Cause, causeOf } from './request-counts.js';
import { residentMemoryGb } from './resident-memory.js';

const intervalMs = 1_000;

export interface MonitorOptions {
  clock: Clock;
  thresholds: AlertThresholds;
  outcomes: OutcomeLimits;
  /** Since when, on the monotonic clock, requests have always been waiting; null where none is. */
  waitingSince: () => number | null;
  workers: () => WorkersSeen;
  onAlert: (alert: Alert) => void;
  onAlertCleared: (alert: Alert) => void;
  /** Called when one part of the work of every second fails; the other parts are still done. */
  onFault: FaultReport;
}

/** Everything the monitor knows, but for what belongs to the pool and the batcher. */
export interface MonitorSummary {
  performance: PerformanceSummary;
  recent: { windowSeconds: number; performance: PerformanceSummary };
  requests: RequestCounts;
  business: BusinessSummary;
  activeAlerts: Alert[];
}

/** Watches the scorer from within its process: what became of requests, how fast, what was decided, and whether that is well. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #history: PerformanceHistory;
  readonly #decisions = new DecisionCounter();
  readonly #outcomes: OutcomeStore;
  readonly #alerts = new AlertBoard();
  #timer: Timer | null = null;
  /** null where the system does not tell. */
  #memoryGb: number | null = null;
  /** What was known when the monitor was disposed of, to which only rejections at the door are added. */
  #final: MonitorSummary | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#history = new PerformanceHistory(options.clock);
    this.#outcomes = new OutcomeStore(options.clock, options.outcomes);
    this.#sampleMemory();
  }

  /** Begins to look at what is recorded, every second from now: not before a host could hear of an alert. */
  watch(): void {
    this.#history.begin();
    this.#timer ??= this.#options.clock.every(intervalMs, () => this.#tick());
  }

  /** Looks at the alerts now: at what would be over before the next second. */
  lookNow(): void {
    if (this.#timer !== null && this.#final === null) this.#evaluate();
  }

  recordAnswer(latencyMs: number, queueMs: number, decision: Decision, level: RiskLevel, id: string | undefined): void {
    if (this.#final !== null) return;
    const { current } = this.#history;
    current.requests.count('succeeded');
    current.recordAnswer(latencyMs, queueMs);
    this.#decisions.count(decision, level);
    if (id !== undefined) this.#outcomes.expect(id, decision);
  }

  /** Rows of a call of `scoreColumns` that the model has answered. */
  recordRows(rows: number): void {
    if (this.#final === null) this.#history.current.recordRows(rows);
  }

  /** A call of `scoreColumns` that was answered: one request, and a decision for each of its rows. */
  recordColumns(counts: DecisionCounts): void {
    if (this.#final !== null) return;
    this.#history.current.requests.count('succeeded');
    this.#decisions.add(counts);
  }

  /** A worker that was left behind may still come back with one when all is over. */
  recordBatch(rows: number, inferenceMs: number): void {
    if (this.#final !== null) return;
    this.#history.current.recordBatch(rows, inferenceMs);
  }

  recordError(error: FraudScorerError): void {
    this.#count(causeOf(error.code));
  }

  /** A request that `close` gave up: a failure, though its error has the code of a rejection. */
  recordAbandoned(): void {
    this.#count('failed');
  }

  #count(cause: Cause): void {
    if (this.#final !== null) {
      this.#final.requests[cause] += 1;
      this.#final.requests.total += 1;
    } else {
      this.#history.current.requests.count(cause);
    }
  }

  recordFallback(): void {
    if (this.#final !== null) this.#final.requests.fallback += 1;
    else this.#history.current.requests.countFallback();
  }

  recordOutcome(outcome: Outcome): boolean {
    return this.#outcomes.record(outcome);
  }

  get activeAlerts(): Alert[] {
    return this.#alerts.active;
  }

  summary(): MonitorSummary {
    if (this.#final !== null) return deserialize(serialize(this.#final));
    const total = this.#decisions.total;
    return {
      performance: this.#history.sinceStart((recorder) => recorder.summary()),
      recent: {
        windowSeconds: (windowIntervals * intervalMs) / 1000,
        performance: this.#history.recent((recorder) => recorder.summary()),
      },
      requests: this.#history.sinceStart((recorder) => recorder.requests.summary()),
      business: { ...this.#decisions.summary(), ...this.#outcomes.summary(total) },
      activeAlerts: this.#alerts.active,
    };
  }

  /** Stops watching; the last summary stays. */
  dispose(): void {
    if (this.#final !== null) return;
    this.#final = this.summary();
    this.#timer?.clear();
  }

  #tick(): void {
    const parts = [
      () => this.#sampleMemory(),
      () => this.#outcomes.forgetExpired(),
      () => this.#evaluate(),
      () => this.#history.advance(),
    ];
    for (const part of parts) contained(part, this.#options.onFault);
  }

  #sampleMemory(): void {
    this.#memoryGb = residentMemoryGb();
    if (this.#memoryGb !== null) this.#history.current.recordMemory(this.#memoryGb);
  }

  #evaluate(): void {
    const { clock, thresholds, waitingSince, workers, onAlert, onAlertCleared } = this.#options;
    const since = waitingSince();
    const { rate, labels } = this.#outcomes.recentFalsePositiveRate();
    const snapshot = this.#history.recent((recorder, windowMs) => ({
      latencySamples: recorder.samples,
      p99LatencyMs: recorder.p99LatencyMs,
      rowsPerSecond: (recorder.rows * 1000) / Math.max(windowMs, 1),
      waitedWholeWindow: since !== null && clock.now() - since >= windowIntervals * intervalMs,
      errorSamples: recorder.requests.accepted,
      errorRate: recorder.requests.errorRate,
      settled: recorder.requests.settled,
      fallbackRate: recorder.requests.fallbackRate,
      memoryGb: this.#memoryGb,
      workers: workers(),
      labels,
      falsePositiveRate: rate,
    }));
    const { raised, cleared } = this.#alerts.evaluate(observe(snapshot, thresholds), clock.epochMs());
    for (const alert of raised) onAlert(alert);
    for (const alert of cleared) onAlertCleared(alert);
  }
}
