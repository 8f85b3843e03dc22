import { percent } from './percent.js';
import type { Breach } from './verdict.js';

/** The number of requests, and how many of them failed. */
export interface FailureCounts {
  readonly requests: number;
  readonly failed: number;
}

/** The evidence that is needed. At a failure rate equal to the limit, a false alarm comes at most once in a million requests. */
const enough = Math.log(1e6);

/** At least this many intervals must have failures. A single burst of failures, for example from one lost batch, is not enough. */
const leastIntervals = 3;

/** A lower limit cannot be tested with the number of requests that a canary gets. */
const leastLimit = 0.0001;

/**
 * Finds whether a version fails more of its requests than the limit, and more than the primary at the same time. It keeps a cumulative sum
 * (Page, 1954) of the log likelihood ratio of twice the allowed rate to the allowed rate. The sum stays valid no matter how often it is
 * checked. It needs no minimum sample: 20 failures are enough. It finds a version that starts to fail after hours as fast as one that fails
 * from the start.
 */
export class ErrorGuard {
  readonly #limit: number;
  #evidence = 0;
  /** Counts of both versions since the evidence was last zero. */
  #canary: FailureCounts = none;
  #primary: FailureCounts = none;

  /** @param limit in [0, 1]. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the counts of an interval of at least one second. */
  add(canary: FailureCounts, primary: FailureCounts): void {
    this.#canary = sum(this.#canary, canary);
    this.#primary = sum(this.#primary, primary);
    // If the primary fails too, the machine or the traffic is the cause.
    const allowed = Math.max(this.#limit, leastLimit, rateOf(primary), rateOf(this.#primary));
    const gain = allowed < 1 ? evidenceOf(canary, allowed) : 0;
    this.#evidence = Math.max(0, this.#evidence + Math.min(gain, enough / leastIntervals));
    if (this.#evidence > 0) return;
    this.#canary = none;
    this.#primary = none;
  }

  get breach(): Breach | null {
    // Three intervals can give exactly enough evidence. The tolerance stops rounding from hiding that.
    if (this.#evidence < enough * (1 - 1e-9)) return null;
    const seen = rateOf(this.#canary);
    const reason = `${percent(seen)} of ${this.#canary.requests} requests failed; at most ${percent(this.#limit)} may`;
    return { guard: 'maxErrorRate', seen, allowed: this.#limit, reason };
  }
}

const none: FailureCounts = { requests: 0, failed: 0 };

/** The evidence for twice the allowed rate against the allowed rate. Negative if there are few failures. */
function evidenceOf({ requests, failed }: FailureCounts, allowed: number): number {
  const suspected = Math.min(2 * allowed, (1 + allowed) / 2);
  return failed * Math.log(suspected / allowed) + (requests - failed) * Math.log((1 - suspected) / (1 - allowed));
}

function sum(one: FailureCounts, other: FailureCounts): FailureCounts {
  return { requests: one.requests + other.requests, failed: one.failed + other.failed };
}

function rateOf({ requests, failed }: FailureCounts): number {
  return requests === 0 ? 0 : failed / requests;
}
