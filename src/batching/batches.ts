import type { BatchReply } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { Batch } from './batch.js';

/** A batch that has come back and is not handed out yet. */
export interface LandedBatch {
  batch: Batch;
  reply: Exclude<BatchReply, { error: string }>;
}

/** Where requests are once they have left the queue: in a worker, back and not handed out, or held. */
export class Batches {
  /** Those that workers have. */
  readonly running = new Set<Batch>();
  readonly held = new Set<PendingRequest>();
  #landed: LandedBatch[] = [];
  #handingOut: LandedBatch[] = [];

  get landed(): number {
    return this.#landed.length + this.#handingOut.length;
  }

  /** Whether no request in them is to be answered any more; workers may still hold batches whose requests were all settled early. */
  get isSettled(): boolean {
    if (this.landed > 0 || this.held.size > 0) return false;
    for (const { requests } of this.running) if (requests.some(({ state }) => state === 'running')) return false;
    return true;
  }

  /** Requests in batches, those settled early included. */
  get rows(): number {
    let rows = 0;
    for (const { requests } of this.#all()) rows += requests.length;
    return rows;
  }

  /** Requests in batches that have no answer yet. */
  get unanswered(): PendingRequest[] {
    return [...this.#all()].flatMap(({ requests }) => requests.filter(({ state }) => state === 'running'));
  }

  /** @returns whether it is the first since they were last taken. */
  land(landed: LandedBatch): boolean {
    return this.#landed.push(landed) === 1;
  }

  /** Hands out what has landed. Until the last of it is, it counts as landed: whoever asks meanwhile must not find all done. */
  handOut(give: (landed: LandedBatch) => void): void {
    this.#handingOut = this.#landed;
    this.#landed = [];
    for (const landed of this.#handingOut) give(landed);
    this.#handingOut = [];
  }

  *#all(): Generator<Batch> {
    yield* this.running;
    for (const { batch } of this.#handingOut) yield batch;
    for (const { batch } of this.#landed) yield batch;
  }
}
