import type { PendingRequest } from '../request/pending-request.js';

/** Requests in the order they came, each of which can leave from the middle in constant time. */
export class RequestList {
  #first: PendingRequest | null = null;
  #last: PendingRequest | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): PendingRequest | null {
    return this.#first;
  }

  push(request: PendingRequest): void {
    request.queuePrevious = this.#last;
    if (this.#last === null) this.#first = request;
    else this.#last.queueNext = request;
    this.#last = request;
    this.#length += 1;
  }

  /** @param request one that is in this list. */
  remove(request: PendingRequest): void {
    const { queuePrevious, queueNext } = request;
    if (queuePrevious === null) this.#first = queueNext;
    else queuePrevious.queueNext = queueNext;
    if (queueNext === null) this.#last = queuePrevious;
    else queueNext.queuePrevious = queuePrevious;
    request.queuePrevious = null;
    request.queueNext = null;
    this.#length -= 1;
  }

  *[Symbol.iterator](): Generator<PendingRequest> {
    for (let request = this.#first; request !== null; request = request.queueNext) yield request;
  }
}
