import type { Clock } from '../../host/clock.js';

/**
 * The share of the time that the event loop would have nothing to do without copies that they may take. What waits for a queue waits in
 * inverse proportion to the idle time, so that callers wait longer by less than a fifth.
 */
const idleShare = 0.15;

/** So many copies a second are always made: a hundredth or two of an event loop. */
const leastPerSecond = 10_000;

/** How often it is looked at what the event loop has to spare, in ms. */
const periodMs = 50;

/** One copy in so many is timed. */
const timedEvery = 64;

/** The answer to a copy, which is not timed, and a copy before the first was timed, in ms. */
const answerMs = 0.001;
const firstCopyMs = 0.001;

/** How much of the mean cost of a copy each timed one makes up. */
const weight = 1 / 16;

/** One copy is never taken to cost more, in ms: it was the garbage collector's turn, or another process's. */
const mostCopyMs = 0.05;

/** How many copies the host's event loop can make without callers noticing. All shadows share it. */
export class CopyBudget {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #idleMs: () => number;
  /** The most copies that are saved up. */
  readonly #most: number;
  #left: number;
  #perMs = leastPerSecond / 1_000;
  #copyMs = firstCopyMs;
  #filledAt: number;
  #lookedAt: number;
  #idleThen: number;
  #madeSince = 0;
  #made = 0;

  /** @param idleMs how long the event loop has had nothing to do, since any time, in ms. */
  constructor(clock: Pick<Clock, 'now'>, idleMs: () => number, most: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#most = most;
    this.#left = most;
    this.#filledAt = clock.now();
    this.#lookedAt = this.#filledAt;
    this.#idleThen = idleMs();
  }

  /** Whether there is time for the copies of one more request. */
  get hasTime(): boolean {
    const now = this.#clock.now();
    if (now - this.#lookedAt >= periodMs) this.#look(now);
    this.#left = Math.min(this.#left + (now - this.#filledAt) * this.#perMs, this.#most);
    this.#filledAt = now;
    return this.#left >= 1;
  }

  /** So many copies were made since `hasTime` was asked. */
  made(copies: number): void {
    this.#left -= copies;
    this.#madeSince += copies;
    this.#made += copies;
    if (this.#made % timedEvery < copies) this.#time((this.#clock.now() - this.#filledAt) / copies);
  }

  #look(now: number): void {
    const idle = this.#idleMs();
    const costMs = this.#copyMs + answerMs;
    const spareMs = idle - this.#idleThen + this.#madeSince * costMs;
    const share = (idleShare * spareMs) / (now - this.#lookedAt);
    this.#perMs = Math.max(share / costMs, leastPerSecond / 1_000);
    this.#lookedAt = now;
    this.#idleThen = idle;
    this.#madeSince = 0;
  }

  #time(ms: number): void {
    this.#copyMs += weight * (Math.min(ms, mostCopyMs) - this.#copyMs);
  }
}
