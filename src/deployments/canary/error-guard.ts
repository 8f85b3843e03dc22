import { percent } from './percent.js';
import type { Breach } from './verdict.js';

/** Requests, and those of them that failed. */
export interface FailureCounts {
  readonly requests: number;
  readonly failed: number;
}

/** Evidence that suffices: with failures just at the limit, a false alarm comes once in a million requests or less often. */
const enough = Math.log(1e6);

/** A burst of failures, such as that of a lost batch, is not enough by itself: so many intervals must have failures. */
const leastIntervals = 3;

/** A lower limit can't be told apart with the requests that a canary gets. */
const leastLimit = 0.0001;

/**
 * Whether a version fails more of its requests than the limit, and more than the primary does at the same time. It keeps a cumulative sum (Page,
 * 1954) of the log likelihood ratio of twice the allowed rate to the allowed rate. The sum stays valid however often one looks, needs no minimum
 * sample (no fewer than 20 failures suffice), and finds a version that begins to fail after hours as fast as one that fails from the start.
 */
export class ErrorGuard {
  readonly #limit: number;
  #evidence = 0;
  /** Both since there was last no evidence. */
  #canary: FailureCounts = none;
  #primary: FailureCounts = none;

  /** @param limit in [0, 1]. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds what happened in an interval of a second or more. */
  add(canary: FailureCounts, primary: FailureCounts): void {
    this.#canary = sum(this.#canary, canary);
    this.#primary = sum(this.#primary, primary);
    // What fails for the primary too is the fault of the machine or of the traffic.
    const allowed = Math.max(this.#limit, leastLimit, rateOf(primary), rateOf(this.#primary));
    const gain = allowed < 1 ? evidenceOf(canary, allowed) : 0;
    this.#evidence = Math.max(0, this.#evidence + Math.min(gain, enough / leastIntervals));
    if (this.#evidence > 0) return;
    this.#canary = none;
    this.#primary = none;
  }

  get breach(): Breach | null {
    // The tolerance is for three intervals that make just enough: rounding must not keep them below.
    if (this.#evidence < enough * (1 - 1e-9)) return null;
    const seen = rateOf(this.#canary);
    const reason = `${percent(seen)} of ${this.#canary.requests} requests failed; at most ${percent(this.#limit)} may`;
    return { guard: 'maxErrorRate', seen, allowed: this.#limit, reason };
  }
}

const none: FailureCounts = { requests: 0, failed: 0 };

/** For twice the allowed rate against the allowed rate; negative where failures are few. */
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
