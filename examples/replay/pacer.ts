import type { Clock } from './clock.js';

/** Rows that may be prepared in one turn of the event loop: about a millisecond's work, so that answers are not kept waiting. */
const ROWS_PER_TURN = 64;

/**
 * Says when each transaction is to be sent. With a rate it is an open loop: the n-th is due n / rate after the first, however
 * late those before it were, so that a stall shows in the latencies and is not taken out of them. Without a rate, at once.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #intervalMs: number | undefined;
  readonly #stop: AbortSignal;
  #startMs: number | undefined;
  #sent = 0;
  #sinceTurn = 0;

  /** @param ratePerSecond transactions a second, above 0; as fast as can be where it is undefined. */
  constructor(clock: Clock, ratePerSecond: number | undefined, stop: AbortSignal) {
    this.#clock = clock;
    this.#intervalMs = ratePerSecond === undefined ? undefined : 1_000 / ratePerSecond;
    this.#stop = stop;
  }

  /**
   * Takes the next transaction's turn: when it was meant to be sent, on the clock. The promise is there only where there is
   * something to wait for, as a promise for each transaction would cost more than asking.
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
