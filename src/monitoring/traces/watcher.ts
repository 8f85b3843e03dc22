import type { RequestOutcome } from '../../api/channels.js';
import type { Provider } from '../../api/provider.js';
import type { ModelIdentity, ScoreResult } from '../../api/result.js';
import type { ErrorCode } from '../../errors.js';

/** The name of the scorer's hidden method that takes a `Watcher`. Other copies of the package find it under the same symbol. */
export const watchSymbol = Symbol.for('fraud-scorer.watch');

/** Watches the requests, calls and batches of a scorer on their way. What its methods throw harms nothing; it is logged. */
export interface Watcher {
  /**
   * A request has come. Called in its caller's asynchronous context.
   *
   * @param call of `scoreMany`, where it is a request of one: what all watchers said to that.
   * @returns who hears of its end; null where nobody does.
   */
  request(call: readonly CallWatch[]): RequestWatch | null;
  /** A call of `scoreMany` or `scoreColumns` has come. Called in its caller's asynchronous context. */
  call(kind: CallKind): CallWatch | null;
  /** A batch goes to a worker. @param requests what all watchers said to its requests. */
  batch(batch: BatchStart, requests: readonly RequestWatch[]): BatchWatch | null;
}

/** A request that is watched. It ends once. */
export interface RequestWatch {
  end(end: RequestEnd): void;
}

export interface RequestEnd {
  outcome: RequestOutcome;
  /** The version that answered, or should have; empty where the request was refused before one was chosen. */
  version: string;
  /** What the event `decision` names as the model: of a request without a version, the primary. */
  model: ModelIdentity;
  /** What the caller got; null where that was an error. */
  result: ScoreResult | null;
  /** Also where the fallback answered. */
  error: ErrorCode | null;
  /** From the call to its answer. */
  totalMs: number;
}

export type CallKind = 'scoreMany' | 'scoreColumns';

/** A call that is watched. It ends once. */
export interface CallWatch {
  end(end: CallEnd): void;
}

export interface CallEnd {
  /** Transactions in the call; null where that is not known. */
  rows: number | null;
  /** Of these, those without an answer. */
  failed: number;
  /** The version that answered, where that is one. */
  version: string | null;
  /** Where the call failed as a whole. */
  error: ErrorCode | null;
}

export interface BatchStart {
  version: string;
  rows: number;
  /** Whether rows of it were sent before, in a batch that failed. */
  isRetry: boolean;
}

/** A batch that is watched. It ends once. */
export interface BatchWatch {
  end(end: BatchEnd): void;
}

export interface BatchEnd {
  /** The worker's `threadId`; null where it is not known. */
  worker: number | null;
  provider: Provider | null;
  inferenceMs: number | null;
  /** From its dispatch to its return. */
  totalMs: number;
  error: 'ERR_INFERENCE' | 'ERR_WORKER_LOST' | null;
}
