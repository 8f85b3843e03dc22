import type { ErrorCode } from '../errors.js';
import type { Alert } from './alerts.js';
import type { DecisionRecord } from './events.js';
import type { Provider } from './provider.js';
import type { Decision } from './result.js';

/** How a request ended, in the terms it is counted by. */
export type RequestOutcome = 'succeeded' | 'failed' | 'rejected' | 'expired' | 'cancelled';

/** What every message says: the `FraudScorer` it is about, to be compared with `===` where a process has several. */
export interface ChannelMessage {
  scorer: object;
}

/** A request of `score` or `scoreMany` was settled. */
export interface RequestMessage extends ChannelMessage {
  /** By its original cause: a request that the fallback answered has that of its error. */
  outcome: RequestOutcome;
  /** Who answered; null where the caller got an error. */
  source: 'model' | 'fallback' | null;
  decision: Decision | null;
  /** The version that answered, or should have; empty where the request was refused before one was chosen. */
  version: string;
  error: ErrorCode | null;
  /** From the call to its answer. */
  totalMs: number;
  /** Of an answer of the model's: from the call to the dispatch of its batch. */
  queueMs: number | null;
  /** Of an answer of the model's: the worker's time over its batch. */
  inferenceMs: number | null;
  /** Of an answer of the model's: rows of its batch. */
  batchSize: number | null;
  /** When it was settled, in milliseconds since the epoch. */
  at: number;
}

/** A batch of requests came back from its worker, or was lost with it. Batches of shadows, and rows of `scoreColumns`, are not told of. */
export interface BatchMessage extends ChannelMessage {
  version: string;
  rows: number;
  /** Whether rows of it were sent before, in a batch that failed. */
  isRetry: boolean;
  /** The worker's `threadId`; null where it is not known. */
  worker: number | null;
  /** null where the batch failed. */
  provider: Provider | null;
  /** The worker's time over it; null where it failed. */
  inferenceMs: number | null;
  /** From its dispatch to its return. */
  totalMs: number;
  /** Its requests may still be answered: they are sent again where that makes sense. */
  error: 'ERR_INFERENCE' | 'ERR_WORKER_LOST' | null;
  /** When it came back, in milliseconds since the epoch. */
  at: number;
}

/** The same as the event `decision` gives, the host's id included. */
export interface DecisionMessage extends ChannelMessage, DecisionRecord {}

/** The same as the events `alert` and `alertCleared` give. */
export interface AlertMessage extends ChannelMessage, Alert {
  state: 'raised' | 'cleared';
}

/** What is published on each channel of `node:diagnostics_channel`. */
export interface FraudScorerChannels {
  'fraud-scorer:request': RequestMessage;
  'fraud-scorer:batch': BatchMessage;
  'fraud-scorer:decision': DecisionMessage;
  'fraud-scorer:alert': AlertMessage;
}
