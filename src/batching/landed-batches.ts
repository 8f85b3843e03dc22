import type { BatchReply } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { Batch } from './batch.js';

/** A batch that a worker has answered. */
export interface LandedBatch {
  batch: Batch;
  reply: Exclude<BatchReply, { error: string }>;
}

/** Where requests are once a worker has answered their batch: not handed out yet, or held. */
export class LandedBatches {
  readonly held = new Set<PendingRequest>();
  #landed: LandedBatch[] = [];
  #handingOut: LandedBatch[] = [];

  /** Batches that are not handed out yet. */
  get landed(): number {
    return this.#landed.length + this.#handingOut.length;
  }

  get isEmpty(): boolean {
    return this.landed === 0 && this.held.size === 0;
  }

  /** Requests in them, those settled early included. */
  get rows(): number {
    return this.#all.reduce((rows, { batch }) => rows + batch.requests.length, 0);
  }

  /** Requests in them that have no answer yet. */
  get unanswered(): PendingRequest[] {
    return this.#all.flatMap(({ batch }) => batch.requests.filter(({ state }) => state === 'running'));
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

  get #all(): LandedBatch[] {
    return [...this.#handingOut, ...this.#landed];
  }
}
