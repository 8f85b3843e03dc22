import type { Alert } from './alerts.js';
import type { DeploymentSummary } from './deployment.js';
import type { DeviceSummary, Provider, ProviderAttempt } from './provider.js';
import type { Decision, ModelIdentity } from './result.js';

/** A distribution in milliseconds; null without a sample. */
export interface LatencySummary {
  mean: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

/** How requests and batches performed. */
export interface PerformanceSummary {
  /** From `score()` to the result, of requests answered by the model. */
  latencyMs: LatencySummary;
  /** From `score()` to the dispatch of the batch. */
  queueMs: LatencySummary;
  /** The worker's time over a batch, counted once for each request in it. */
  inferenceMs: LatencySummary;
  /** Rows answered by the model a second, those of `scoreColumns` included, over the seconds in which there were any. */
  throughputPerSecond: { mean: number | null; min: number | null; max: number | null };
  batchSize: { mean: number | null; max: number | null };
  /** Resident memory of the whole process, in GiB. */
  memoryGb: { mean: number | null; max: number | null };
  /** (failed + expired) / (total − rejected − cancelled). */
  errorRate: number | null;
  /** Requests in the latency distributions. */
  sampleCount: number;
}

/** What became of requests; each counts once, by its original cause. A call of `scoreColumns` counts as one. */
export interface RequestCounts {
  /** The sum of succeeded, failed, rejected, expired and cancelled. */
  total: number;
  succeeded: number;
  /** Inference failed, a worker was lost, or `close` gave it up. */
  failed: number;
  /** Invalid, queue full or closed. */
  rejected: number;
  expired: number;
  cancelled: number;
  /** Answered by the fallback: counted here and by its cause. */
  fallback: number;
}

/** What was decided by the model, rows of `scoreColumns` included, and how it compares with the labels. Positive means BLOCK or REVIEW. */
export interface BusinessSummary {
  total: number;
  approved: number;
  reviewed: number;
  blocked: number;
  /** Of risk level HIGH. */
  highRisk: number;
  labelled: number;
  /** Of this scorer's own decisions, those with a label. */
  labelCoverage: number | null;
  confusion: { truePositives: number; falsePositives: number; trueNegatives: number; falseNegatives: number };
  /** TP / (TP + FP). */
  precision: number | null;
  /** TP / (TP + FN), also called recall. */
  detectionRate: number | null;
  /** FP / (FP + TN). */
  falsePositiveRate: number | null;
  /** How many of its own decisions about requests with an `id` have a label: what is blocked rarely gets one. */
  coverage: Record<Decision, LabelCoverage>;
  money: MoneySummary;
  calibration: CalibrationSummary;
  /** By the UTC day of the decision, the oldest first: of the latest 91 days with decisions or labels. Older ones count in the totals alone. */
  days: LabelDaySummary[];
}

/** Transactions that a label can come for, each once, by its latest decision. */
export interface LabelCoverage {
  /** The sum of labelled, pending and unlabelled. */
  decided: number;
  labelled: number;
  /** Remembered; the label may still come. */
  pending: number;
  /** Forgotten without a label, after `outcomes.ttlMs` or because `outcomes.maxPending` was reached. */
  unlabelled: number;
  /** labelled / decided. */
  coverage: number | null;
}

/** Sums of the requests' `amount` over labelled transactions, in the host's one currency. */
export interface MoneySummary {
  /** Fraud that was blocked or reviewed. */
  fraudCaught: number;
  /** Fraud that was approved. */
  fraudMissed: number;
  /** Legitimate transactions that were blocked or reviewed. */
  goodStopped: number;
  /** Legitimate transactions that were approved. */
  goodApproved: number;
  /** Fraud, by what was decided. */
  fraud: Record<Decision, number>;
  /** Legitimate transactions, by what was decided. */
  legitimate: Record<Decision, number>;
  /** Labelled transactions whose amount is not known: they are in none of the sums. */
  withoutAmount: number;
}

/** Fraud probabilities against labels: of labelled transactions whose score is known, so mostly of those that were not blocked. */
export interface CalibrationSummary {
  labels: number;
  /** In [0, 1]; where it is near `fraudShare`, probabilities are right on average. */
  meanScore: number | null;
  /** In [0, 1]. */
  fraudShare: number | null;
  /** Mean of (score − label)², with 1 for fraud: in [0, 1], 0 is best. */
  brierScore: number | null;
  /** Mean of |share of fraud − mean score| over the bins, weighted by their labels: in [0, 1], 0 is best. */
  expectedCalibrationError: number | null;
  /** Ten of equal width, from 0 to 1. */
  bins: CalibrationBin[];
}

/** Labelled transactions with a fraud probability in [from, to); the last bin has 1 too. */
export interface CalibrationBin {
  from: number;
  to: number;
  labels: number;
  frauds: number;
  meanScore: number | null;
  fraudShare: number | null;
}

/** The labels of one day's decisions. */
export interface LabelDaySummary
  extends Pick<BusinessSummary, 'labelled' | 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'>,
    Pick<MoneySummary, 'fraudCaught' | 'fraudMissed' | 'goodStopped' | 'goodApproved'> {
  /** In UTC, such as 2026-11-26. */
  day: string;
  /** Its own decisions about requests with an `id`, each transaction once, by its latest decision. */
  decided: number;
  /** Of `decided`, those with a label. */
  labelCoverage: number | null;
}

/** Answers that wanted reasons: with them, and without because they could not be found in time. */
export interface ExplanationsSummary {
  given: number;
  skipped: number;
}

/** The workers of a scorer. */
export interface WorkersSummary {
  configured: number;
  ready: number;
  /** Workers with a batch in hand. */
  busy: number;
  /** Workers that died, or hung, since start. */
  lost: number;
  provider: Provider | null;
  /** The providers in order of preference, with the reason why each was not used. */
  providers: ProviderAttempt[];
  /** The CUDA devices in use, or out of rotation; none where no worker ever ran on one. */
  devices: DeviceSummary[];
}

/** What waits and what runs. */
export interface QueueSummary {
  /** Requests waiting for a worker. */
  depth: number;
  maxDepth: number;
  /** Milliseconds the oldest of them has waited; 0 when none does. */
  oldestWaitMs: number;
  /** Requests in batches that workers hold. */
  inFlight: number;
}

/** How batches of requests are formed. */
export interface BatchingSummary {
  /** What is in force: what was asked for, or what `batching: 'auto'` found. */
  maxBatchSize: number;
  maxQueueDelayMs: number;
  /** `Infinity` where that was asked for; JSON makes it null. */
  targetLatencyMs: number;
  /**
   * Batches since start, by why they were sent: a worker was idle, the batch was full, `maxQueueDelayMs` was over, or a larger or
   * later one would have missed the target latency or a deadline.
   */
  sent: { idleWorker: number; full: number; delayOver: number; deadline: number };
  /** A batch of n rows takes a worker fixedMs + perRowMs · n milliseconds, by the last batches; null before the first. */
  latency: { fixedMs: number; perRowMs: number } | null;
}

/** Pauses of the host's thread for the collection of garbage. */
export interface GcPauses {
  count: number;
  /** All of them together, in milliseconds. */
  totalMs: number;
}

/**
 * How busy the thread is that the scorer shares with its host. Where the event loop is late, every answer is as late, and the cause is the
 * host's own code or garbage. All scorers of a thread see the same.
 */
export interface HostSummary {
  eventLoop: {
    /** How late a timer was that is due every 20 ms, over the last 10 seconds, in milliseconds; null without a sample. */
    delayMs: { p50: number | null; p99: number | null; max: number | null };
    /** The share of the last 10 seconds in which the event loop was busy, from 0 to 1; null at first. */
    utilization: number | null;
  };
  /** Since the first scorer of this thread was made. */
  gc: { minor: GcPauses; major: GcPauses; incremental: GcPauses; weakCallbacks: GcPauses };
}

/** A snapshot of everything measured, as plain JSON. A ratio without a denominator, or a statistic without a sample, is null. */
export interface Summary {
  model: ModelIdentity;
  /** ISO 8601, UTC. */
  timestamp: string;
  uptimeSeconds: number;
  /** Since `create`. */
  performance: PerformanceSummary;
  /** The same over the last 10 seconds: what the alerts look at. */
  recent: { windowSeconds: number; performance: PerformanceSummary };
  requests: RequestCounts;
  business: BusinessSummary;
  explanations: ExplanationsSummary;
  workers: WorkersSummary;
  queue: QueueSummary;
  batching: BatchingSummary;
  deployments: DeploymentSummary[];
  host: HostSummary;
  activeAlerts: Alert[];
}
