import type { Clock } from './clock.js';

/** The most rows that are prepared in one turn of the event loop. This takes about a millisecond, so that answers are not delayed. */
const ROWS_PER_TURN = 64;

/**
 * Says when each transaction must be sent. With a rate it is an open loop: the n-th is due n / rate after the first, even if earlier ones
 * were late. So a stall shows in the latencies. Without a rate, each is due at once.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #intervalMs: number | undefined;
  readonly #stop: AbortSignal;
  #startMs: number | undefined;
  #sent = 0;
  #sinceTurn = 0;

  /** @param ratePerSecond transactions per second, above 0. As fast as possible if undefined. */
  constructor(clock: Clock, ratePerSecond: number | undefined, stop: AbortSignal) {
    this.#clock = clock;
    this.#intervalMs = ratePerSecond === undefined ? undefined : 1_000 / ratePerSecond;
    this.#stop = stop;
  }

  /**
   * Takes the turn of the next transaction. `dueMs` is the time at which it is due, on the clock. `wait` is a promise only if it is
   * necessary to wait, because a promise for each transaction would cost more than this check.
   */
  next(): { dueMs: number; wait: Promise<void> | undefined } {
    const now = this.#clock.now();
    this.#startMs ??= now;
    const dueMs = this.#intervalMs === undefined ? now : this.#startMs + this.#sent * this.#intervalMs;
    this.#sent++;
    if (dueMs > now) return { dueMs, wait: this.#until(dueMs) };
    if (++this.#sinceTurn < ROWS_PER_TURN) return { dueMs, wait: undefined };
    this.#sinceTurn = 0;
    return { dueMs, wait: this.#clock.turn() };
  }

  async #until(dueMs: number): Promise<void> {
    this.#sinceTurn = 0;
    for (let now = this.#clock.now(); now < dueMs && !this.#stop.aborted; now = this.#clock.now()) {
      await this.#clock.sleep(dueMs - now, this.#stop);
    }
  }
}
