import type { ProviderName } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';

/** Requests that go to a worker together. */
export interface Batch {
  requests: PendingRequest[];
  /** Workers that died over it: one that has cost a worker is run alone, so that no other batch is taken for the culprit. */
  deaths: number;
  /** Runs of it, or of the batch that it is a piece of, on which the runtime failed. */
  errors: number;
}

/** A batch that a worker has answered. */
export interface AnsweredBatch {
  rows: number;
  inferenceMs: number;
  /** What the worker that ran it runs on. */
  provider: ProviderName;
  /** When it is handed out, on the monotonic clock. */
  answeredAt: number;
}
