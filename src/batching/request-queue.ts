import type { PendingRequest } from '../request/pending-request.js';
import { RequestList } from './request-list.js';

/** How much earlier a request counts as having come, for each step of its priority. */
const priorityStepMs = 10;

interface Level {
  priority: number;
  requests: RequestList;
}

/**
 * Requests that wait, in the order of when they came, less 10 ms for each step of priority. So one of high priority overtakes
 * those that came a little before it and none that has waited for long: whatever keeps coming, nobody starves.
 */
export class RequestQueue {
  /** One for each priority that ever occurred; almost always there is just the one. */
  readonly #levels: Level[] = [];
  #length = 0;
  #longest = 0;
  #waitingSince: number | null = null;
  #soonestDeadlineAt = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.#length;
  }

  /** The most that ever waited. */
  get longest(): number {
    return this.#longest;
  }

  /** Since when, on the monotonic clock, there has always been a request waiting; null where there is none. */
  get waitingSince(): number | null {
    return this.#waitingSince;
  }

  /** The soonest deadline of those that came since none waited; one that has left since only makes it cautious. */
  get soonestDeadlineAt(): number {
    return this.#soonestDeadlineAt;
  }

  /** How long the oldest has waited; 0 where none waits. */
  oldestWaitMs(now: number): number {
    const { oldest } = this;
    return oldest === null ? 0 : now - oldest.enqueuedAt;
  }

  /** The one that has waited the longest, whatever its priority. */
  get oldest(): PendingRequest | null {
    let oldest: PendingRequest | null = null;
    for (const { requests } of this.#levels) {
      const { first } = requests;
      if (first !== null && (oldest === null || first.enqueuedAt < oldest.enqueuedAt)) oldest = first;
    }
    return oldest;
  }

  /** Requests that would go before one of this priority that came now, or most of them. */
  ahead(priority: number): number {
    let ahead = 0;
    for (const level of this.#levels) if (level.priority >= priority) ahead += level.requests.length;
    return ahead;
  }

  push(request: PendingRequest): void {
    this.#levelOf(request.priority).requests.push(request);
    this.#length += 1;
    if (this.#length > this.#longest) this.#longest = this.#length;
    this.#waitingSince ??= request.enqueuedAt;
    if (request.deadlineAt < this.#soonestDeadlineAt) this.#soonestDeadlineAt = request.deadlineAt;
  }

  /** The one whose turn it is. */
  get next(): PendingRequest | null {
    let next: PendingRequest | null = null;
    for (const { requests } of this.#levels) {
      const { first } = requests;
      if (first !== null && (next === null || turnOf(first) < turnOf(next))) next = first;
    }
    return next;
  }

  /** @param request one that is in this queue. */
  remove(request: PendingRequest): void {
    this.#levelOf(request.priority).requests.remove(request);
    this.#length -= 1;
    if (this.#length > 0) return;
    this.#waitingSince = null;
    this.#soonestDeadlineAt = Number.POSITIVE_INFINITY;
  }

  *[Symbol.iterator](): Generator<PendingRequest> {
    for (const { requests } of this.#levels) yield* requests;
  }

  #levelOf(priority: number): Level {
    for (const level of this.#levels) if (level.priority === priority) return level;
    const level = { priority, requests: new RequestList() };
    this.#levels.push(level);
    // Of two whose turn is the same, the one of higher priority is found first.
    this.#levels.sort((a, b) => b.priority - a.priority);
    return level;
  }
}

function turnOf(request: PendingRequest): number {
  return request.enqueuedAt - request.priority * priorityStepMs;
}
