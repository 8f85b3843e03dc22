import type { ScoreRequest } from './api/request.js';
import type { ErrorCode, FraudScorerError } from './errors.js';

export type { Patch } from './api/patch.js';
export type {
  FeatureColumns,
  FeatureMap,
  FeatureMapOf,
  FeatureValues,
  ManyRequests,
  RequestOf,
  ScoreRequest,
} from './api/request.js';

/** What a scorer decides for a transaction. */
export type Decision = 'APPROVE' | 'REVIEW' | 'BLOCK';

/** How risky a transaction is, from its risk score: LOW ≤ mediumRisk < MEDIUM ≤ highRisk < HIGH. */
export type RiskLevel = 'LOW' | 'MEDIUM' | 'HIGH';

/** An execution provider of the ONNX runtime. */
export type Provider = 'cuda' | 'tensorrt' | 'cpu';

/** Options of one request. */
export interface ScoreOptions {
  /** Milliseconds until this request is given up with `ERR_DEADLINE_EXCEEDED`; above 0. @default the scorer's `timeoutMs` */
  timeoutMs?: number | undefined;
  /** Gives this request up with `ERR_ABORTED` when it is aborted. */
  signal?: AbortSignal | undefined;
  /**
   * An integer from −10 to 10: each step counts as having come 10 ms earlier, so that it goes before those that came a little sooner,
   * and keeps nobody waiting for ever. @default 0
   */
  priority?: number | undefined;
  /** Whether to give reasons: always, or where it is reviewed or blocked, or blocked. @default the scorer's `explain` */
  explain?: Explain | undefined;
}

/** Which answers get reasons: all (true), REVIEW and BLOCK, BLOCK alone, or none (false). */
export type Explain = boolean | 'review' | 'block';

/** A feature that moved a score. */
export interface Reason {
  /** The model's input it belongs to. */
  input: string;
  /** Its name in the manifest, or its place such as `user_features[3]`. */
  feature: string;
  /** What it is, where the manifest says. */
  description?: string;
  /**
   * logit(x) − logit(x with this feature at its training mean, or 0 where the manifest has none), where logit = ln(p / (1 − p))
   * of the probability, or of the risk where risk alone decided, with p kept within [1e-7, 1 − 1e-7].
   */
  contribution: number;
  direction: 'raises' | 'lowers';
}

/** Which model made a score. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
}

/** Where one request's time went. */
export interface Timing {
  /** Milliseconds from `score()` until the request's batch was sent to a worker. */
  queueMs: number;
  /** Milliseconds the worker took over the whole batch, copies included. */
  inferenceMs: number;
  /** Milliseconds from `score()` until the result was ready. */
  totalMs: number;
  /** How many requests shared the batch. */
  batchSize: number;
}

/** A decision of the model. */
export interface ModelResult {
  source: 'model';
  id?: string;
  decision: Decision;
  /** In [0, 1], float32. */
  fraudProbability: number;
  /** In [0, 1], float32; the fraud probability where the model has no risk score of its own. */
  riskScore: number;
  riskLevel: RiskLevel;
  /** The model's attention weights for this request, where it gives them. */
  attention?: number[];
  /** The features that moved the score most, at most 4, the strongest first; where they were asked for and could be found in time. */
  reasons?: Reason[];
  model: ModelIdentity;
  provider: Provider;
  timing: Timing;
}

/** A decision of the `fallback` option, made because the model could not answer. A score that was not made is null. */
export interface FallbackResult {
  source: 'fallback';
  id?: string;
  decision: Decision;
  /** Why the model did not answer. */
  error: ErrorCode;
  timing: { totalMs: number };
  fraudProbability: null;
  riskScore: null;
  riskLevel: null;
}

export type ScoreResult = ModelResult | FallbackResult;

/** One request's outcome in `scoreMany`, in the shape of `Promise.allSettled`. */
export type ScoreOutcome =
  | { status: 'fulfilled'; value: ScoreResult }
  | { status: 'rejected'; reason: FraudScorerError };

/** Options of one call of `scoreColumns`. */
export interface ColumnsOptions {
  /** Milliseconds until the call is given up with `ERR_DEADLINE_EXCEEDED`; above 0. @default Infinity */
  timeoutMs?: number | undefined;
  /** Gives the call up with `ERR_ABORTED` when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** What `scoreColumns` gives, a value a row. JSON makes objects of typed arrays: send `[...fraudProbability]`. */
export interface ColumnScores {
  /** In [0, 1]. */
  fraudProbability: Float32Array;
  /** In [0, 1]; the fraud probability where the model has no risk score of its own. */
  riskScore: Float32Array;
  /** 0 APPROVE, 1 REVIEW, 2 BLOCK. */
  decision: Uint8Array;
}

/**
 * The thresholds of the decision, each in [0, 1]. BLOCK where probability > blockProbability or risk > blockRisk;
 * else REVIEW where probability > reviewProbability or risk > reviewRisk; else APPROVE. Compared as float32.
 */
export interface DecisionPolicy {
  /** @default 0.5 */
  reviewProbability: number;
  /** @default 0.8 */
  blockProbability: number;
  /** @default 0.5 */
  reviewRisk: number;
  /** @default 0.9 */
  blockRisk: number;
  /** Risk above this is MEDIUM. @default 0.3 */
  mediumRisk: number;
  /** Risk above this is HIGH. @default 0.7 */
  highRisk: number;
}

/** What answers in the model's place: an error, a fixed decision, or a synchronous function of the request and the error. */
export type Fallback = 'throw' | Decision | ((request: ScoreRequest, error: FraudScorerError) => Decision);

/** Takes log lines, the message first: `console` and winston's loggers fit. Never given features, ids or amounts. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): unknown;
  warn(message: string, fields?: Record<string, unknown>): unknown;
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** Takes the fields of a log line first: what `fieldsFirst` adapts. */
export interface FieldsFirstLogger {
  info(fields: Record<string, unknown>, message?: string): unknown;
  warn(fields: Record<string, unknown>, message?: string): unknown;
  error(fields: Record<string, unknown>, message?: string): unknown;
}

/** A logger of pino's (`fastify.log` is one) or bunyan's, which are recognised and given the fields first. */
export interface PinoLikeLogger {
  info: PinoLikeMethod;
  warn: PinoLikeMethod;
  error: PinoLikeMethod;
}

/** Its second form keeps TypeScript from inferring the parameters of `logger: { info(message, fields) … }` from it. */
export interface PinoLikeMethod {
  <Fields extends Record<string, unknown>>(fields: Fields, message?: string): unknown;
  (message: string, ...values: unknown[]): unknown;
}

/** Has `log` in place of `info`: NestJS's loggers fit. */
export interface LogWarnErrorLogger {
  log(message: string, fields?: Record<string, unknown>): unknown;
  warn(message: string, fields?: Record<string, unknown>): unknown;
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** What the option `logger` takes. */
export type HostLogger = Logger | PinoLikeLogger | LogWarnErrorLogger;

/** A label for a transaction that was scored: late, or revised. */
export interface Outcome {
  /** The id the transaction was scored with. */
  id: string;
  /** Whether it turned out to be fraud. */
  isFraud: boolean;
  /** The decision taken, from the host's own records: with `version`, for ids that the scorer no longer holds, or never held. */
  decision?: Decision | undefined;
  /** The model version that took it, from the host's own records. */
  version?: string | undefined;
  /** When it was taken, in milliseconds since the epoch. */
  decidedAt?: number | undefined;
}

/** The rules that watch a scorer. */
export type AlertRule =
  | 'latency'
  | 'throughput'
  | 'errorRate'
  | 'fallbackRate'
  | 'memory'
  | 'falsePositiveRate'
  | 'workers';

/** A rule's threshold was crossed. Raised once, and cleared once when the value is well back. */
export interface Alert {
  rule: AlertRule;
  /** `critical` where the value is beyond twice the threshold (below half of it, for throughput and workers). */
  severity: 'warning' | 'critical';
  /** The value seen: ms, rows/s, a share, GiB, or workers that are ready, as the threshold. */
  value: number;
  /** As in the options. JSON makes null of `Infinity`. */
  threshold: number;
  /** When it was raised, in milliseconds since the epoch. */
  since: number;
  message: string;
}

/** A decision that was taken, for hosts that subscribe to `decision`. Carries the host's id: subscribing is asking for it. */
export interface DecisionRecord {
  id?: string;
  decision: Decision;
  fraudProbability: number | null;
  riskScore: number | null;
  model: ModelIdentity;
  source: 'model' | 'fallback';
  /** Milliseconds since the epoch. */
  at: number;
}

/** A worker that died while it was in use, or hangs. It is replaced. */
export interface WorkerLostEvent {
  /** Why, as far as it is known. */
  reason: string;
  /** How many workers are ready now. */
  readyWorkers: number;
}

/** The events of a scorer and what each listener is given. */
export interface FraudScorerEvents {
  alert: [alert: Alert];
  alertCleared: [alert: Alert];
  decision: [record: DecisionRecord];
  workerLost: [event: WorkerLostEvent];
}

/** One provider that was tried, and why it is not in use. */
export interface ProviderAttempt {
  provider: Provider;
  /** Why it is not in use, and what would help; null where it worked. */
  reason: string | null;
  /** What is to be known of it though it works: that some of the graph runs on the CPU. */
  note?: string;
}

/** A CUDA device that workers were given. */
export interface DeviceSummary {
  /** Its CUDA id. */
  device: number;
  workers: number;
  /** Workers of it that take batches. */
  ready: number;
  /** What they run on, or ran on last. */
  provider: Provider | null;
  /** Why it is out of rotation, or its workers are not on it; null where nothing is wrong. */
  problem: string | null;
}

/** Whether this scorer can answer, for a host's health endpoint. */
export interface Health {
  /** `ok`, `degraded` (answers, but something in `reasons` is wrong) or `unavailable`. */
  status: 'ok' | 'degraded' | 'unavailable';
  /** Whether a request sent now would be tried: for a readiness probe. */
  ready: boolean;
  /** The execution provider in use; null while no worker is ready. */
  provider: Provider | null;
  /** The providers in order of preference, with the reason why each was not used. */
  providers: ProviderAttempt[];
  /** Workers ready to take batches. */
  workers: number;
  /** Requests waiting for a worker. */
  queueDepth: number;
  reasons: string[];
}

/** What `close` had to give up, and the last summary. */
export interface CloseReport {
  /** Requests that were cut off by the timeout, each rejected with `ERR_CLOSED`. */
  abandoned: number;
  summary: Summary;
}

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

/** A model that serves. */
export interface DeploymentSummary extends ModelIdentity {
  /** Its share of the traffic, in [0, 1]. */
  traffic: number;
  /** When it began to serve, in milliseconds since the epoch. */
  since: number;
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
  activeAlerts: Alert[];
}
