import type { Provider } from '../../api/provider.js';
import type { Clock } from '../../host/clock.js';
import type { Traces } from './traces.js';
import type { BatchEnd, BatchWatch } from './watcher.js';

/** The parts of a batch that its trace needs. */
export interface TracedBatch {
  /** Rows of the request table. The first `count` belong to the batch. */
  readonly rows: Int32Array;
  readonly count: number;
  /** Time on the monotonic clock, in ms. */
  readonly sentAt: number;
}

/** A worker's reply to the batch. */
export type TracedReply = { inferenceMs: number; provider: Provider; threadId?: number } | { error: string };

/** Traces of one version's batches while workers hold them. */
export class BatchTraces {
  /** Number of open traces. Read for each batch that comes back. */
  open = 0;
  readonly #traces: Traces;
  readonly #version: string;
  readonly #clock: Clock;
  readonly #watches = new Map<TracedBatch, readonly BatchWatch[]>();

  constructor(traces: Traces, version: string, clock: Clock) {
    this.#traces = traces;
    this.#version = version;
    this.#clock = clock;
  }

  /** Whether batches are traced. Read for each batch that is sent. */
  get isActive(): boolean {
    return this.#traces.watchesBatches;
  }

  /** A batch goes to a worker. @param isRetry whether its rows were sent before. */
  sent(batch: TracedBatch, isRetry: boolean): void {
    const watches = this.#traces.batch({ version: this.#version, rows: batch.count, isRetry }, batch.rows);
    if (watches.length === 0) return;
    this.#watches.set(batch, watches);
    this.open = this.#watches.size;
  }

  /** The batch has come back or was lost. Call it before its memory is reused. @param reply null if its worker was lost. */
  ended(batch: TracedBatch, reply: TracedReply | null): void {
    const watches = this.#watches.get(batch);
    if (watches === undefined) return;
    this.#watches.delete(batch);
    this.open = this.#watches.size;
    this.#traces.end<BatchEnd>(watches, { ...endOf(reply), totalMs: this.#clock.now() - batch.sentAt });
  }
}

function endOf(reply: TracedReply | null): Omit<BatchEnd, 'totalMs'> {
  if (reply !== null && !('error' in reply)) {
    const { inferenceMs, provider, threadId = null } = reply;
    return { worker: threadId, provider, inferenceMs, error: null };
  }
  const error = reply === null ? 'ERR_WORKER_LOST' : 'ERR_INFERENCE';
  return { worker: null, provider: null, inferenceMs: null, error };
}
