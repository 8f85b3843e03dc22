import type { Provider } from '../../api/provider.js';
import type { Clock } from '../../host/clock.js';
import type { Traces } from './traces.js';
import type { BatchEnd, BatchWatch } from './watcher.js';

/** A batch, as far as its trace goes. */
export interface TracedBatch {
  /** Rows of the request table; the first `count` are its own. */
  readonly rows: Int32Array;
  readonly count: number;
  /** On the monotonic clock, in ms. */
  readonly sentAt: number;
}

/** What a worker said to it. */
export type TracedReply = { inferenceMs: number; provider: Provider; threadId?: number } | { error: string };

/** Batches of one version that are watched while workers hold them. */
export class BatchTraces {
  /** How many. Looked at for each batch that comes back. */
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

  /** Whether anybody watches batches. Looked at for each batch that is sent. */
  get isActive(): boolean {
    return this.#traces.watchesBatches;
  }

  /** A batch goes to a worker. @param isRetry whether its rows were in one that did before. */
  sent(batch: TracedBatch, isRetry: boolean): void {
    const watches = this.#traces.batch({ version: this.#version, rows: batch.count, isRetry }, batch.rows);
    if (watches.length === 0) return;
    this.#watches.set(batch, watches);
    this.open = this.#watches.size;
  }

  /** It has come back, or was lost. Call it before anybody else gets its memory. @param reply null where its worker was lost. */
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
