import type { ResourceLimits } from 'node:worker_threads';
import type { AlertOptions } from './alerts.js';
import type { DriftOptions } from './drift.js';
import type { HostLogger } from './logger.js';
import type { MetricsOptions } from './metrics.js';
import type { Patch } from './patch.js';
import type { Decide, DecisionPolicy, Fallback } from './policy.js';
import type { Provider } from './provider.js';
import type { Explain } from './request.js';

/** How batches of requests form. */
export interface BatchLimits {
  maxBatchSize: number;
  /** How long a request may wait for others to join it while a worker is idle. */
  maxQueueDelayMs: number;
  /** How long a request should take at most. */
  targetLatencyMs: number;
}

/** How long decisions wait for a label that comes later. */
export interface OutcomeLimits {
  /** Decisions that wait for a label; the oldest go first. */
  maxPending: number;
  /** Milliseconds after which a label is no longer expected. */
  ttlMs: number;
}

/** What becomes of a feature's name that no version of the model knows. */
export type UnknownFeatures = 'refuse' | 'ignore';

/**
 * Options of `FraudScorer.create`. Every field may be left out.
 *
 * @typeParam Known the features of the requests that `decide` and `fallback` get, as of `FraudScorer`.
 */
export interface FraudScorerOptions<Known = unknown> {
  /**
   * A model directory, as a path or a file URL: `model.json` and the ONNX file it names. The demonstration model must not decide over
   * customers, and `create` warns where none is given. @default the demonstration model that comes with the package
   */
  model?: string | URL | undefined;
  /**
   * Execution providers in order of preference; the first that works is used and reported. A model for which the runtime has no GPU
   * kernels, such as a tree ensemble, is run by the CPU where the list has it. @default ['cuda', 'cpu']
   */
  providers?: readonly Provider[] | undefined;
  /** CUDA device ids, integers from 0; at most as many as workers, which are spread over them; not looked at with the CPU alone. @default [0] */
  devices?: readonly number[] | undefined;
  /**
   * Worker threads, each with its own session; 1 to 256. With `batching: 'auto'` a GPU gets by default as many as measurement finds it
   * can use, at least 2 where there is room. @default as many as devices are given, else as many as CPUs that this process may use (its
   * container's CPU quota, rounded down, included), from 1 to 256
   */
  workers?: number | undefined;
  /** How batches form; 'auto' profiles the model at the start, which takes about a second on a CPU, and uses what it finds. */
  batching?: Patch<BatchLimits> | 'auto' | undefined;
  /** Requests that may wait; more are refused with `ERR_QUEUE_FULL`. 1 to 1,000,000. @default 10_000 */
  maxQueueSize?: number | undefined;
  /** Milliseconds until a request is given up with `ERR_DEADLINE_EXCEEDED`; above 0, `Infinity` for never. @default 1_000 */
  timeoutMs?: number | undefined;
  /**
   * Thresholds of the decision: defaults, then the manifest's, then these, field by field. BLOCK is looked at first: a review threshold
   * above its block threshold never reviews, and the log says so.
   */
  policy?: Patch<DecisionPolicy> | undefined;
  /**
   * The host's own say, asked of each answer of the model in `score` and `scoreMany`: a synchronous function of the scores and the request
   * that returns a decision, or undefined for the policy's. It runs on the way of every request, so it must be quick. The results'
   * `decidedBy` tells who decided; where it throws, the policy did. @default none
   */
  decide?: Decide<Known> | undefined;
  /** What answers where the model can't: an error, a decision, or a synchronous function. @default 'throw' */
  fallback?: Fallback<Known> | undefined;
  /** Which answers get reasons: none, all, REVIEW and BLOCK, or BLOCK alone; each takes a run of its own in a worker. @default false */
  explain?: Explain | undefined;
  /**
   * What becomes of a name in a request's features that no version of the model knows: it is refused, with the nearest known one, because
   * a misspelt name must not score; or ignored. @default 'refuse'
   */
  unknownFeatures?: UnknownFeatures | undefined;
  /** How long decisions are remembered for labels that come later. */
  outcomes?: Patch<OutcomeLimits> | undefined;
  /** The rules that watch the scorer, where they are raised, and rules of the host's own: docs/alerts.md. */
  alerts?: AlertOptions | undefined;
  /** What `metrics()` gives. */
  metrics?: Patch<MetricsOptions> | undefined;
  /**
   * How drift is measured, of versions whose manifest has a `reference`: features and scores of a sample of the rows against it, see
   * `deployments()[i].drift`. @default on; `false` measures none
   */
  drift?: Patch<DriftOptions> | false | undefined;
  /**
   * Milliseconds that a task may take before its worker counts as hung: it is replaced, and what it had in hand fails with
   * `ERR_WORKER_LOST`. A replacement that takes longer to start raises the alert `workers`. Above 0, `Infinity` for never. @default 10_000
   */
  workerHangMs?: number | undefined;
  /**
   * Milliseconds that the end of the process, and `close`, wait for a batch that is inside the runtime, where ending its worker
   * would abort the process; 0 to 600,000. All scorers' waits run at the same time. A worker that takes longer is abandoned, and said so.
   * The end of the process waits up to `startTimeoutMs`, if that is longer, for a worker that loads a model: Node.js cannot end before.
   * @default 2_000
   */
  exitWaitMs?: number | undefined;
  /**
   * Milliseconds until a start is given up: `create` rejects with `ERR_START_TIMEOUT`, and a replacement worker is started anew.
   * Above 0, `Infinity` for never. A large forest loads for 20 s. @default 120_000
   */
  startTimeoutMs?: number | undefined;
  /**
   * Milliseconds that the primary before is kept warm for a `rollback` or a failover; 0 to keep none. @default 600_000
   */
  keepPreviousMs?: number | undefined;
  /**
   * What a routing key is hashed with, so that two scorers split their traffic in the same way, or not. @default the name of the model
   * that `create` was given
   */
  routingSalt?: string | undefined;
  /**
   * Takes log lines: `console`, winston's, pino's, bunyan's and NestJS's loggers fit. pino's and bunyan's are recognised and given
   * `(fields, message)`, all others `(message, fields)`; `fieldsFirst(logger)` is for a wrapper that hides which it is. @default none
   */
  logger?: HostLogger | undefined;
  /**
   * The worker's entry, a path or file URL, for hosts that bundle: a copy of `fraud-scorer/worker`. Such hosts keep `piscina` and
   * `onnxruntime-node` out of the bundle and say which `model`. @default the package's
   */
  workerFile?: string | URL | undefined;
  /** The entry of the tools' worker, a copy of `fraud-scorer/tool-worker`: as `workerFile`, for `batching: 'auto'`. @default the package's */
  toolWorkerFile?: string | URL | undefined;
  /** Of each worker thread, as in `worker_threads`; `maxOldGenerationSizeMb` of at least 4. @default none */
  resourceLimits?: Patch<ResourceLimits> | undefined;
}
