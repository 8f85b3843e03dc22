import type { ErrorCode } from '../errors.js';
import type { Alert } from './alerts.js';
import type { DecisionRecord } from './events.js';
import type { Provider } from './provider.js';
import type { Decision } from './result.js';

/** How a request ended. Each request counts under exactly one outcome. */
export type RequestOutcome = 'succeeded' | 'failed' | 'rejected' | 'expired' | 'cancelled';

/** The part that all messages share: the `FraudScorer` that sent it. If a process has several scorers, compare it with `===`. */
export interface ChannelMessage {
  scorer: object;
}

/** A request of `score` or `scoreMany` was settled. */
export interface RequestMessage extends ChannelMessage {
  /** The outcome by the original cause. A request that the fallback answered has the outcome of its error. */
  outcome: RequestOutcome;
  /** Whether the model or the fallback answered; null if the caller got an error. */
  source: 'model' | 'fallback' | null;
  decision: Decision | null;
  /** The version that answered, or that should have answered. Empty if the request was refused before a version was chosen. */
  version: string;
  error: ErrorCode | null;
  /** Milliseconds from the call to the answer. */
  totalMs: number;
  /** Milliseconds from the call to the dispatch of its batch; null if the model did not answer. */
  queueMs: number | null;
  /** Milliseconds that the worker took over the batch; null if the model did not answer. */
  inferenceMs: number | null;
  /** Rows in the batch; null if the model did not answer. */
  batchSize: number | null;
  /** When the request was settled, in milliseconds since the epoch. */
  at: number;
}

/**
 * A batch of requests came back from its worker, or was lost with its worker. There are no messages about batches of shadows or rows of
 * `scoreColumns`.
 */
export interface BatchMessage extends ChannelMessage {
  version: string;
  rows: number;
  /** Whether the batch has rows that were sent before, in a batch that failed. */
  isRetry: boolean;
  /** The worker's `threadId`; null if it is not known. */
  worker: number | null;
  /** null if the batch failed. */
  provider: Provider | null;
  /** Milliseconds that the worker took over the batch; null if the batch failed. */
  inferenceMs: number | null;
  /** Milliseconds from the dispatch of the batch to its return. */
  totalMs: number;
  /** Why the batch failed. Its requests may still be answered, because they are sent again where that can help. */
  error: 'ERR_INFERENCE' | 'ERR_WORKER_LOST' | null;
  /** When the batch came back, in milliseconds since the epoch. */
  at: number;
}

/** The same data as the event `decision`, your request `id` included. */
export interface DecisionMessage extends ChannelMessage, DecisionRecord {}

/** The same data as the events `alert` and `alertCleared`. */
export interface AlertMessage extends ChannelMessage, Alert {
  state: 'raised' | 'cleared';
}

/** The message type of each channel of `node:diagnostics_channel`. */
export interface FraudScorerChannels {
  'fraud-scorer:request': RequestMessage;
  'fraud-scorer:batch': BatchMessage;
  'fraud-scorer:decision': DecisionMessage;
  'fraud-scorer:alert': AlertMessage;
}
