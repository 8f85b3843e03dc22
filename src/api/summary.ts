import type { Alert } from './alerts.js';
import type { DeploymentSummary } from './deployment.js';
import type { DeviceSummary, Provider, ProviderAttempt } from './provider.js';
import type { Decision, ModelIdentity } from './result.js';

/** A distribution in milliseconds. All fields are null without samples. */
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
  /** From `score()` to the result, for requests that the model answered. */
  latencyMs: LatencySummary;
  /** From `score()` to the dispatch of the batch. */
  queueMs: LatencySummary;
  /** The time that the worker took over a batch, counted once for each request in it. */
  inferenceMs: LatencySummary;
  /** Rows that the model answered per second, rows of `scoreColumns` included. Only seconds with at least one row count. */
  throughputPerSecond: { mean: number | null; min: number | null; max: number | null };
  batchSize: { mean: number | null; max: number | null };
  /** Resident memory of the whole process, in GiB. */
  memoryGb: { mean: number | null; max: number | null };
  /** (failed + expired) / (total − rejected − cancelled), in [0, 1]. */
  errorRate: number | null;
  /** Number of requests in the latency distributions. */
  sampleCount: number;
}

/** Requests by outcome. Each counts once, by its original cause. A call of `scoreColumns` counts as one request. */
export interface RequestCounts {
  /** The sum of succeeded, failed, rejected, expired and cancelled. */
  total: number;
  succeeded: number;
  /** Inference failed, a worker was lost, or `close` gave the request up. */
  failed: number;
  /** The request was invalid, the queue was full, or the scorer was closed. */
  rejected: number;
  expired: number;
  cancelled: number;
  /** Requests that the fallback answered. Each is also counted under its outcome above. */
  fallback: number;
}

/** The model's decisions, rows of `scoreColumns` included, and how they compare with the labels. Positive means BLOCK or REVIEW. */
export interface BusinessSummary {
  total: number;
  approved: number;
  reviewed: number;
  blocked: number;
  /** Decisions with risk level HIGH. */
  highRisk: number;
  labelled: number;
  /** Decisions of this scorer with a label / decisions of this scorer, in [0, 1]. */
  labelCoverage: number | null;
  confusion: { truePositives: number; falsePositives: number; trueNegatives: number; falseNegatives: number };
  /** TP / (TP + FP), in [0, 1]. */
  precision: number | null;
  /** TP / (TP + FN), in [0, 1]. Also called recall. */
  detectionRate: number | null;
  /** FP / (FP + TN), in [0, 1]. */
  falsePositiveRate: number | null;
  /** How many decisions about requests with an `id` have a label, by decision. Blocked transactions rarely get a label. */
  coverage: Record<Decision, LabelCoverage>;
  money: MoneySummary;
  calibration: CalibrationSummary;
  /**
   * By the UTC day of the decision, the oldest first. Has the latest 91 days with decisions or labels. Older days count only in the totals.
   */
  days: LabelDaySummary[];
}

/** Transactions that can get a label. Each counts once, by its latest decision. */
export interface LabelCoverage {
  /** The sum of labelled, pending and unlabelled. */
  decided: number;
  labelled: number;
  /** Remembered without a label. The label may still come. */
  pending: number;
  /** Forgotten without a label, because `outcomes.ttlMs` was over or `outcomes.maxPending` was reached. */
  unlabelled: number;
  /** labelled / decided, in [0, 1]. */
  coverage: number | null;
}

/** Sums of the requests' `amount` over labelled transactions, in your one currency. */
export interface MoneySummary {
  /** Fraud that was blocked or reviewed. */
  fraudCaught: number;
  /** Fraud that was approved. */
  fraudMissed: number;
  /** Legitimate transactions that were blocked or reviewed. */
  goodStopped: number;
  /** Legitimate transactions that were approved. */
  goodApproved: number;
  /** Fraud, by decision. */
  fraud: Record<Decision, number>;
  /** Legitimate transactions, by decision. */
  legitimate: Record<Decision, number>;
  /** Labelled transactions whose amount is not known. They are in none of the sums. */
  withoutAmount: number;
}

/**
 * Fraud probabilities compared with labels. Counts labelled transactions whose score is known. Most of them were not blocked, because
 * blocked transactions rarely get a label.
 */
export interface CalibrationSummary {
  labels: number;
  /** Mean fraud probability, in [0, 1]. If it is near `fraudShare`, the probabilities are right on average. */
  meanScore: number | null;
  /** Frauds / labels, in [0, 1]. */
  fraudShare: number | null;
  /** Mean of (score − label)², where the label is 1 for fraud. In [0, 1]; 0 is best. */
  brierScore: number | null;
  /** Mean of |share of fraud − mean score| over the bins, weighted by their labels. In [0, 1]; 0 is best. */
  expectedCalibrationError: number | null;
  /** Ten bins of equal width, from 0 to 1. */
  bins: CalibrationBin[];
}

/** Labelled transactions with a fraud probability in [from, to). The last bin also includes 1. */
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
  /** The day in UTC, such as 2026-11-26. */
  day: string;
  /** Decisions of this scorer about requests with an `id`. Each transaction counts once, by its latest decision. */
  decided: number;
  /** The share of `decided` that has a label, in [0, 1]. */
  labelCoverage: number | null;
}

/** Answers that wanted reasons: how many got them, and how many did not because the reasons could not be found in time. */
export interface ExplanationsSummary {
  given: number;
  skipped: number;
}

/** The workers of a scorer. */
export interface WorkersSummary {
  configured: number;
  ready: number;
  /** Workers that hold a batch. */
  busy: number;
  /** Workers that died or hung since the start. */
  lost: number;
  provider: Provider | null;
  /** The providers in order of preference, each with the reason why it is not in use. */
  providers: ProviderAttempt[];
  /** The CUDA devices that have workers, also those that get no batches now. Empty if no worker ever ran on a CUDA device. */
  devices: DeviceSummary[];
}

/** Waiting requests and requests in flight. */
export interface QueueSummary {
  /** Requests that wait for a worker. */
  depth: number;
  maxDepth: number;
  /** Milliseconds that the oldest waiting request has waited; 0 if none waits. */
  oldestWaitMs: number;
  /** Requests in batches that workers hold. */
  inFlight: number;
}

/** How batches of requests form. */
export interface BatchingSummary {
  /** The value in use: from the options, or found by `batching: 'auto'`. */
  maxBatchSize: number;
  maxQueueDelayMs: number;
  /** `Infinity` if the options say so; JSON turns it into null. */
  targetLatencyMs: number;
  /**
   * Batches since the start, by the reason why they were sent. `idleWorker`: a worker was idle. `full`: the batch was full. `delayOver`:
   * `maxQueueDelayMs` was over. `deadline`: a larger or later batch would have missed the target latency or a deadline.
   */
  sent: { idleWorker: number; full: number; delayOver: number; deadline: number };
  /**
   * The measured batch time: a batch of n rows takes a worker fixedMs + perRowMs · n milliseconds. It follows the last batches; null before
   * the first batch.
   */
  latency: { fixedMs: number; perRowMs: number } | null;
}

/** Garbage collection pauses of the host's thread. */
export interface GcPauses {
  count: number;
  /** Sum of all pauses, in milliseconds. */
  totalMs: number;
}

/**
 * How busy the host's thread is. The scorer shares this thread. If the event loop is late, every answer is late by the same time, and the
 * cause is the host's own code or garbage collection. All scorers of a thread report the same values.
 */
export interface HostSummary {
  eventLoop: {
    /** How late a timer with a period of 20 ms fired, over the last 10 seconds, in milliseconds; null without samples. */
    delayMs: { p50: number | null; p99: number | null; max: number | null };
    /** The share of the last 10 seconds in which the event loop was busy, in [0, 1]; null at first. */
    utilization: number | null;
  };
  /** Pauses since the first scorer of this thread was created. */
  gc: { minor: GcPauses; major: GcPauses; incremental: GcPauses; weakCallbacks: GcPauses };
}

/** All measurements at one moment, as plain JSON. A ratio is null if its denominator is 0. A statistic is null without samples. */
export interface Summary {
  model: ModelIdentity;
  /** ISO 8601 in UTC. */
  timestamp: string;
  uptimeSeconds: number;
  /** Since `create`. */
  performance: PerformanceSummary;
  /** The same over the last 10 seconds. The alerts use it. */
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
