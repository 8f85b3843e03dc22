import type { BatchReply } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';

/** A batch that has come back and is not handed out yet. */
export interface LandedBatch {
  requests: PendingRequest[];
  reply: BatchReply;
}

/** Where requests are once they have left the queue: in a worker, back and not handed out, or held. */
export class Batches {
  /** Those that workers have. */
  readonly running = new Set<PendingRequest[]>();
  readonly held = new Set<PendingRequest>();
  #landed: LandedBatch[] = [];
  #handingOut: LandedBatch[] = [];

  get landed(): number {
    return this.#landed.length + this.#handingOut.length;
  }

  get isEmpty(): boolean {
    return this.running.size === 0 && this.landed === 0 && this.held.size === 0;
  }

  /** Requests in batches, those settled early included. */
  get rows(): number {
    let rows = 0;
    for (const batch of this.#all()) rows += batch.length;
    return rows;
  }

  /** Requests in batches that have no answer yet. */
  get unanswered(): PendingRequest[] {
    return [...this.#all()].flat().filter(({ state }) => state === 'running');
  }

  /** @returns whether it is the first since they were last taken. */
  land(batch: LandedBatch): boolean {
    this.running.delete(batch.requests);
    return this.#landed.push(batch) === 1;
  }

  /** Hands out what has landed. Until the last of it is, it counts as landed: whoever asks meanwhile must not find all done. */
  handOut(give: (batch: LandedBatch) => void): void {
    this.#handingOut = this.#landed;
    this.#landed = [];
    for (const batch of this.#handingOut) give(batch);
    this.#handingOut = [];
  }

  *#all(): Generator<PendingRequest[]> {
    yield* this.running;
    for (const { requests } of this.#handingOut) yield requests;
    for (const { requests } of this.#landed) yield requests;
  }
}
