import type { Clock } from '../../host/clock.js';

/**
 * The share of the event loop's idle time that copies may use. Waiting times are inversely proportional to idle time, so callers wait less
 * than a fifth longer.
 */
const idleShare = 0.15;

/** This many copies per second are always allowed. They take one or two percent of an event loop. */
const leastPerSecond = 10_000;

/** How often the idle time is read, in ms. */
const periodMs = 50;

/** One of this many copies is timed. */
const timedEvery = 64;

/** The assumed time to handle a copy's answer, which is not measured, and of a copy before the first measurement, in ms. */
const answerMs = 0.001;
const firstCopyMs = 0.001;

/** The weight of each timed copy in the mean. */
const weight = 1 / 16;

/** The highest assumed time of one copy, in ms. A longer time was caused by garbage collection or another process. */
const mostCopyMs = 0.05;

/** How many copies the host's event loop can make without delaying callers. All shadows share it. */
export class CopyBudget {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #idleMs: () => number;
  /** The most copies that can be saved up. */
  readonly #most: number;
  #left: number;
  #perMs = leastPerSecond / 1_000;
  #copyMs = firstCopyMs;
  #filledAt: number;
  #lookedAt: number;
  #idleThen: number;
  #madeSince = 0;
  #made = 0;

  /** @param idleMs returns the event loop's idle time since any fixed time, in ms. */
  constructor(clock: Pick<Clock, 'now'>, idleMs: () => number, most: number) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#most = most;
    this.#left = most;
    this.#filledAt = clock.now();
    this.#lookedAt = this.#filledAt;
    this.#idleThen = idleMs();
  }

  /** Whether there is time to copy one more request. */
  get hasTime(): boolean {
    const now = this.#clock.now();
    if (now - this.#lookedAt >= periodMs) this.#look(now);
    this.#left = Math.min(this.#left + (now - this.#filledAt) * this.#perMs, this.#most);
    this.#filledAt = now;
    return this.#left >= 1;
  }

  /** Records the copies that were made since `hasTime` was read. */
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
