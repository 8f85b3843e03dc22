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
  /** The most rows in a batch, 1 to 65,536. @default 256 */
  maxBatchSize: number;
  /** How long a request may wait for other requests to join its batch while a worker is idle, in milliseconds; 0 to 60,000. @default 0 */
  maxQueueDelayMs: number;
  /** The latency that a request should not exceed, in milliseconds; above 0. @default 10 */
  targetLatencyMs: number;
}

/** How long, and how many, decisions are remembered for their labels. */
export interface OutcomeLimits {
  /** The most decisions that are remembered. The oldest are forgotten first. 0 to 10,000,000. @default 1_000_000 */
  maxPending: number;
  /** Milliseconds after which a decision is forgotten, because no label is expected any more; above 0. @default 90 days */
  ttlMs: number;
}

/** What happens to a feature name that no version of the model knows. */
export type UnknownFeatures = 'refuse' | 'ignore';

/**
 * Options of `FraudScorer.create`. Every field is optional.
 *
 * @typeParam Known the type of the features that `decide` and `fallback` get. It is the type parameter of `FraudScorer`.
 */
export interface FraudScorerOptions<Known = unknown> {
  /**
   * The path or file URL of a model directory, which has `model.json` and the ONNX file that it names. Never let the demonstration model
   * decide about customers: `create` logs a warning if this option is absent. @default the demonstration model in this package
   */
  model?: string | URL | undefined;
  /**
   * Execution providers in order of preference. The first that works is used and reported. If the runtime has no GPU kernels for a model
   * (for example a tree ensemble), the model runs on the CPU, provided that the list has `'cpu'`. @default ['cuda', 'cpu']
   */
  providers?: readonly Provider[] | undefined;
  /**
   * CUDA device ids, integers from 0. At most as many as there are workers. The workers are spread over the devices. Ignored if `providers`
   * has only the CPU. @default [0]
   */
  devices?: readonly number[] | undefined;
  /**
   * Number of worker threads, 1 to 256. Each has its own session. With `batching: 'auto'` the default for a GPU is the number that the
   * measurement recommends, at least 2 if there is memory for it. @default the number of `devices` if given, else the number of CPUs that
   * this process may use (the CPU quota of its container, rounded down, is respected), from 1 to 256
   */
  workers?: number | undefined;
  /** How batches form. `'auto'` profiles the model at the start, which takes about a second on a CPU, and uses the result. */
  batching?: Patch<BatchLimits> | 'auto' | undefined;
  /** The most requests that may wait. Further requests are refused with `ERR_QUEUE_FULL`. 1 to 1,000,000. @default 10_000 */
  maxQueueSize?: number | undefined;
  /** Milliseconds after which a request is rejected with `ERR_DEADLINE_EXCEEDED`. Above 0; `Infinity` for never. @default 1_000 */
  timeoutMs?: number | undefined;
  /**
   * Thresholds of the decision. Each field comes from here, else from the manifest, else from the defaults. BLOCK is checked first. So a
   * review threshold above its block threshold never causes a review, and this is logged.
   */
  policy?: Patch<DecisionPolicy> | undefined;
  /**
   * Your own rule for the decision: a synchronous function of the scores and the request. It returns a decision, or undefined to keep the
   * policy's decision. It is called for each answer of the model in `score` and `scoreMany`, so it must be fast. If it throws, the policy
   * decides. The result's `decidedBy` tells who decided. @default none
   */
  decide?: Decide<Known> | undefined;
  /** What answers if the model cannot: an error, a decision, or a synchronous function that returns a decision. @default 'throw' */
  fallback?: Fallback<Known> | undefined;
  /**
   * Which answers get reasons: none (false), all (true), REVIEW and BLOCK ('review'), or BLOCK only ('block'). Each explanation is an extra
   * run in a worker. @default false
   */
  explain?: Explain | undefined;
  /**
   * What happens to a feature name that no version of the model knows. `'refuse'` rejects the request and suggests the nearest known name,
   * so that a misspelt name is never scored. `'ignore'` skips it. @default 'refuse'
   */
  unknownFeatures?: UnknownFeatures | undefined;
  /** How long decisions are remembered for their labels. */
  outcomes?: Patch<OutcomeLimits> | undefined;
  /** Thresholds and options of the rules that watch the scorer, and your own rules. See docs/alerts.md. */
  alerts?: AlertOptions | undefined;
  /** Options of `metrics()`. */
  metrics?: Patch<MetricsOptions> | undefined;
  /**
   * How drift is measured. It is measured for versions whose manifest has a `reference`, by comparing a sample of the rows with it. See
   * `deployments()[i].drift`. @default on; `false` switches it off
   */
  drift?: Patch<DriftOptions> | false | undefined;
  /**
   * Milliseconds after which a worker that is busy with one task counts as hung. The worker is replaced, and its task fails with
   * `ERR_WORKER_LOST`. A replacement that takes longer than this to start raises the alert `workers`. Above 0; `Infinity` for never.
   * @default 10_000
   */
  workerHangMs?: number | undefined;
  /**
   * How long `close` and the end of the process wait for a batch that runs inside the runtime, in milliseconds; 0 to 600,000. Terminating a
   * worker inside the runtime would abort the process. All scorers wait at the same time. A worker that takes longer is abandoned, and this
   * is logged. If a worker is loading a model, the end of the process waits up to `startTimeoutMs` if that is longer, because Node.js
   * cannot end before. @default 2_000
   */
  exitWaitMs?: number | undefined;
  /**
   * Milliseconds after which a start is given up: `create` rejects with `ERR_START_TIMEOUT`, and a replacement worker is started again.
   * Above 0; `Infinity` for never. A large forest takes about 20 s to load. @default 120_000
   */
  startTimeoutMs?: number | undefined;
  /** How long the previous primary is kept ready for a `rollback` or a failover, in milliseconds. 0 keeps none. @default 600_000 */
  keepPreviousMs?: number | undefined;
  /**
   * A text that is hashed together with each routing key. Two scorers with the same salt split their traffic in the same way. @default the
   * name of the model that `create` was given
   */
  routingSalt?: string | undefined;
  /**
   * Where log lines go. Loggers of console, winston, pino, bunyan and NestJS fit. pino and bunyan are recognised and get `(fields,
   * message)`; all others get `(message, fields)`. If a wrapper hides a pino logger, use `fieldsFirst(logger)`. @default none
   */
  logger?: HostLogger | undefined;
  /**
   * The path or file URL of the worker's entry, for hosts that are bundled: a copy of `fraud-scorer/worker`. Such hosts must keep `piscina`
   * and `onnxruntime-node` out of the bundle and must set `model`. @default the file in this package
   */
  workerFile?: string | URL | undefined;
  /**
   * The path or file URL of the entry of the tools' worker, a copy of `fraud-scorer/tool-worker`. Like `workerFile`, but for `batching:
   * 'auto'`. @default the file in this package
   */
  toolWorkerFile?: string | URL | undefined;
  /** Resource limits of each worker thread, as in `worker_threads`. `maxOldGenerationSizeMb` must be at least 4. @default none */
  resourceLimits?: Patch<ResourceLimits> | undefined;
}
