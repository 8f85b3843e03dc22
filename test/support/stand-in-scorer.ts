import type { AlertsSummary } from '../../src/api/alerts.js';
import type { FraudScorerEvents } from '../../src/api/events.js';
import type { Health } from '../../src/api/health.js';
import type { LatencySummary, Summary } from '../../src/api/summary.js';
import type { DashboardScorer } from '../../src/dashboard/source.js';

const latency: LatencySummary = { mean: 1, p50: 1, p95: 2, p99: 3, p999: 4, max: 5 };
const performance = {
  latencyMs: latency,
  queueMs: latency,
  inferenceMs: latency,
  throughputPerSecond: { mean: 100, min: 90, max: 110 },
  batchSize: { mean: 8, max: 32 },
  memoryGb: { mean: 0.5, max: 0.6 },
  errorRate: 0,
  sampleCount: 1_000,
};

const noCoverage = { decided: 0, labelled: 0, pending: 0, unlabelled: 0, coverage: null };
const noPauses = { count: 0, totalMs: 0 };

/** A scorer of plain numbers, for what only reads them. */
export class StandInScorer implements DashboardScorer {
  /** How often it was read. */
  reads = 0;
  closed = false;
  fails = false;
  readonly summaryNow: Summary = {
    model: { name: 'visa-fraud', version: '1' },
    timestamp: '2026-01-01T00:00:00.000Z',
    uptimeSeconds: 10,
    performance,
    recent: { windowSeconds: 10, performance },
    requests: { total: 0, succeeded: 0, failed: 0, rejected: 0, expired: 0, cancelled: 0, fallback: 0 },
    business: {
      total: 0,
      approved: 0,
      reviewed: 0,
      blocked: 0,
      highRisk: 0,
      labelled: 0,
      labelCoverage: null,
      confusion: { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 },
      precision: null,
      detectionRate: null,
      falsePositiveRate: null,
      coverage: { APPROVE: noCoverage, REVIEW: noCoverage, BLOCK: noCoverage },
      money: {
        ...{ fraudCaught: 0, fraudMissed: 0, goodStopped: 0, goodApproved: 0, withoutAmount: 0 },
        fraud: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
        legitimate: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
      },
      calibration: {
        ...{ labels: 0, meanScore: null, fraudShare: null, brierScore: null, expectedCalibrationError: null },
        bins: [],
      },
      days: [],
    },
    explanations: { given: 0, skipped: 0 },
    workers: { configured: 2, ready: 2, busy: 0, lost: 0, provider: 'cpu', providers: [], devices: [] },
    queue: { depth: 0, maxDepth: 0, oldestWaitMs: 0, inFlight: 0 },
    batching: {
      maxBatchSize: 256,
      maxQueueDelayMs: 0,
      targetLatencyMs: Number.POSITIVE_INFINITY,
      sent: { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 },
      latency: null,
    },
    deployments: [],
    host: {
      eventLoop: { delayMs: { p50: 0.1, p99: 2, max: 5 }, utilization: 0.2 },
      gc: { minor: noPauses, major: noPauses, incremental: noPauses, weakCallbacks: noPauses },
    },
    activeAlerts: [],
  };
  alertsNow: AlertsSummary = { active: [], history: [] };
  readonly #listeners = new Map<string, Set<(event: never) => unknown>>();

  summary(): Summary {
    this.reads += 1;
    if (this.fails) throw new Error('it can not be read');
    return structuredClone(this.summaryNow);
  }

  alerts(): AlertsSummary {
    return structuredClone(this.alertsNow);
  }

  health(): Health {
    const reasons = this.closed ? ['the scorer is closed'] : [];
    const status = this.closed ? 'unavailable' : 'ok';
    return { status, ready: !this.closed, provider: 'cpu', providers: [], workers: 2, queueDepth: 0, reasons };
  }

  on(event: string, listener: (event: never) => unknown): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: (event: never) => unknown): void {
    this.#listeners.get(event)?.delete(listener);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  emit<E extends keyof FraudScorerEvents>(event: E, ...[value]: FraudScorerEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
}
