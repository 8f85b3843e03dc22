import type { RequestCounts } from '../api/summary.js';
import type { ErrorCode } from '../errors.js';
import { ratio } from './ratio.js';

/** How a request ended, in the terms it is counted by. */
export type Cause = 'succeeded' | 'failed' | 'rejected' | 'expired' | 'cancelled';

/** What an error counts as. `ERR_CLOSED` is a rejection at the door; `close` counts what it gives up as failed itself. */
export function causeOf(code: ErrorCode): Cause {
  switch (code) {
    case 'ERR_DEADLINE_EXCEEDED':
      return 'expired';
    case 'ERR_ABORTED':
      return 'cancelled';
    case 'ERR_INVALID_REQUEST':
    case 'ERR_INVALID_OPTIONS':
    case 'ERR_QUEUE_FULL':
    case 'ERR_CLOSED':
      return 'rejected';
    default:
      return 'failed';
  }
}

/** Counts of requests by cause. The total is derived, so that it can't disagree. */
export class RequestCounter {
  readonly #counts: Record<Cause, number> = { succeeded: 0, failed: 0, rejected: 0, expired: 0, cancelled: 0 };
  #fallback = 0;

  count(cause: Cause, requests = 1): void {
    this.#counts[cause] += requests;
  }

  countFallback(): void {
    this.#fallback += 1;
  }

  add(other: RequestCounter): void {
    for (const cause of causes) this.#counts[cause] += other.#counts[cause];
    this.#fallback += other.#fallback;
  }

  reset(): void {
    for (const cause of causes) this.#counts[cause] = 0;
    this.#fallback = 0;
  }

  /** Requests that were ours to answer: the error rate's denominator. */
  get accepted(): number {
    const { succeeded, failed, expired } = this.#counts;
    return succeeded + failed + expired;
  }

  /** Requests of any cause. */
  get settled(): number {
    return this.accepted + this.#counts.rejected + this.#counts.cancelled;
  }

  get fallbackRate(): number | null {
    return ratio(this.#fallback, this.settled);
  }

  get errorRate(): number | null {
    return ratio(this.#counts.failed + this.#counts.expired, this.accepted);
  }

  summary(): RequestCounts {
    const { succeeded, failed, rejected, expired, cancelled } = this.#counts;
    return { total: this.settled, succeeded, failed, rejected, expired, cancelled, fallback: this.#fallback };
  }
}

const causes = ['succeeded', 'failed', 'rejected', 'expired', 'cancelled'] as const satisfies readonly Cause[];
