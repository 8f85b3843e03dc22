import type { JsMsg } from '@nats-io/jetstream';
import type { HostLogger } from '../../../api/logger.js';
import type { AnyFeatures, ScoreOptions, ScoreRequest } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';

/** A transaction of a stream: a request as `score` takes it, and its options beside it. */
export interface StreamRequest extends ScoreRequest<AnyFeatures> {
  /** The second argument of `score` for this transaction. */
  options?: Omit<ScoreOptions, 'signal'> | undefined;
}

/** Options of `scoreStream`. */
export interface StreamOptions {
  /** The JetStream stream that transactions come from. It must exist. */
  stream: string;
  /**
   * The durable pull consumer of that stream. All workers of a fleet name the same one, and the server gives each message to one of them.
   * It is created if it does not exist. An existing one must acknowledge explicitly.
   */
  consumer: string;
  /** The subjects of the stream that a new consumer delivers, such as `transactions.eu.>`. @default all subjects of the stream */
  subject?: string | undefined;
  /**
   * The subject that decisions are published to, or a function that chooses it. A JetStream stream must take it: a transaction is
   * acknowledged after that stream has confirmed the decision.
   */
  to: string | ((result: ScoreResult, message: JsMsg) => string);
  /** The subject for transactions that cannot be decided. A JetStream stream must take it. */
  deadLetter: string;
  /**
   * The most transactions that are scored and published at the same time. Keep it at most the scorer's `maxQueueSize`. The worker asks the
   * server for no more than that. 1 to 1,000,000. @default 2_048
   */
  maxInFlight?: number | undefined;
  /**
   * Deliveries from which on an attempt that fails makes a dead letter of the transaction. A delivery to a worker that was killed or stopped counts
   * too. 1 to 1,000. @default 5
   */
  maxTries?: number | undefined;
  /**
   * Deliveries after which a transaction becomes a dead letter though no attempt ended, because each worker that had it died, or no
   * decision could be stored. At least
   * `maxTries`, at most 10,000. @default 4 × maxTries
   */
  maxDeliveries?: number | undefined;
  /** Milliseconds until the second attempt. The delay doubles with each further attempt, up to a minute. 1 to 60,000. @default 1_000 */
  retryDelayMs?: number | undefined;
  /**
   * Milliseconds after which the server delivers the transactions of a worker that is silent to another, for a consumer that is created.
   * 1,000 to 3,600,000. @default 30_000
   */
  ackWaitMs?: number | undefined;
  /** Whether to wait until the server has confirmed each acknowledgement. Fewer transactions are scored twice after a crash. @default false */
  confirmAcks?: boolean | undefined;
  /** Reads a message. Throw if it is not a transaction: the message becomes a dead letter. @default reads a `StreamRequest` in JSON */
  decode?: ((message: JsMsg) => StreamRequest) | undefined;
  /** Writes a decision. @default the result in JSON */
  encode?: ((result: ScoreResult, message: JsMsg) => Uint8Array | string) | undefined;
  /** Gets problems, at most one line a second of each kind. @default no logging */
  logger?: HostLogger | undefined;
}

/** Counts of a stream worker since its start. */
export interface StreamStats {
  /** Messages that were delivered to this worker. */
  received: number;
  /** Decisions that the stream of decisions has confirmed. */
  decided: number;
  /** Of `decided`: those that the stream already had under the same id, so that it kept the first one. */
  duplicates: number;
  /** Attempts that failed and are tried again later. */
  retried: number;
  /** Messages that became dead letters. */
  deadLettered: number;
  /** Decisions and dead letters that no stream confirmed in time. They are tried again. */
  publishFailed: number;
  /** Messages that were given up because this process stood still for longer than the consumer's ack wait. The server delivers them again. */
  lost: number;
  /** Messages that are being scored or published now. */
  inFlight: number;
}

/** A running stream worker. `await using` drains it. */
export interface StreamWorker extends AsyncDisposable {
  /** Counts since the start. */
  stats(): StreamStats;
  /** Asks for no more messages, decides those that it has or that are on their way, and resolves when all are acknowledged. Never rejects. */
  drain(): Promise<void>;
  /**
   * Takes no more messages and gives those that it has back to the server at once. Those on their way to it come to other workers after the ack
   * wait. Never rejects.
   */
  stop(): Promise<void>;
  /**
   * Resolves when the worker has ended because of `drain` or `stop`. Rejects if it ended by itself: with `ERR_CLOSED` if the scorer was
   * closed, with `ERR_UNAVAILABLE` if the connection was closed or the server refused the consumer. It causes no unhandled rejection.
   */
  readonly done: Promise<void>;
}
