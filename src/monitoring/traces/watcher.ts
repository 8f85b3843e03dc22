import type { RequestOutcome } from '../../api/channels.js';
import type { Provider } from '../../api/provider.js';
import type { ModelIdentity, ScoreResult } from '../../api/result.js';
import type { ErrorCode } from '../../errors.js';

/** The name of the scorer's hidden method that takes a `Watcher`. Other copies of the package find it under the same symbol. */
export const watchSymbol = Symbol.for('fraud-scorer.watch');

/** Watches the requests, calls and batches of a scorer. If its methods throw, this is only logged. */
export interface Watcher {
  /**
   * A request has come. Called in its caller's asynchronous context.
   *
   * @param call for a request of `scoreMany`: the results of all watchers for that call.
   * @returns the watch of this request; null if the watcher does not need one.
   */
  request(call: readonly CallWatch[]): RequestWatch | null;
  /** A call of `scoreMany` or `scoreColumns` has come. Called in its caller's asynchronous context. */
  call(kind: CallKind): CallWatch | null;
  /** A batch goes to a worker. @param requests the results of all watchers for its requests. */
  batch(batch: BatchStart, requests: readonly RequestWatch[]): BatchWatch | null;
}

/** What a request is found by in a tracing system, in hexadecimal. */
export interface TraceIds {
  traceId: string;
  spanId: string;
}

/** A watched request. It ends once. */
export interface RequestWatch {
  /** Where the request is traced. Decision records have them. */
  readonly ids?: TraceIds | undefined;
  end(end: RequestEnd): void;
}

export interface RequestEnd {
  outcome: RequestOutcome;
  /** The version that answered, or should have answered. Empty if the request was refused before a version was chosen. */
  version: string;
  /** The model that the event `decision` names. For a request without a version, the primary. */
  model: ModelIdentity;
  /** The caller's result; null if it was an error. */
  result: ScoreResult | null;
  /** Also set if the fallback answered. */
  error: ErrorCode | null;
  /** Milliseconds from the call to the answer. */
  totalMs: number;
}

export type CallKind = 'scoreMany' | 'scoreColumns';

/** A watched call. It ends once. */
export interface CallWatch {
  end(end: CallEnd): void;
}

export interface CallEnd {
  /** Transactions in the call; null if it is not known. */
  rows: number | null;
  /** Those of them without an answer. */
  failed: number;
  /** The version that answered, if it is a single one. */
  version: string | null;
  /** Set if the call failed as a whole. */
  error: ErrorCode | null;
}

export interface BatchStart {
  version: string;
  rows: number;
  /** Whether it has rows that were sent before, in a batch that failed. */
  isRetry: boolean;
}

/** A watched batch. It ends once. */
export interface BatchWatch {
  end(end: BatchEnd): void;
}

export interface BatchEnd {
  /** The worker's `threadId`; null if it is not known. */
  worker: number | null;
  provider: Provider | null;
  inferenceMs: number | null;
  /** Milliseconds from dispatch to return. */
  totalMs: number;
  error: 'ERR_INFERENCE' | 'ERR_WORKER_LOST' | null;
}
