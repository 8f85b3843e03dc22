import { transferableAbortController } from 'node:util';
import { StartTimeoutError } from '../errors.js';
import type { Clock, Timer } from '../host/clock.js';

/** Limits the total time of a start, including all waiting. */
export class StartLimit {
  // Imported, because a separate realm (a vm context) does not have the global class.
  readonly #controller = transferableAbortController();
  readonly #clock: Clock;
  readonly #error: StartTimeoutError;
  readonly #timer: Timer | null;

  readonly #outer: AbortSignal | undefined;
  readonly #stop = (): void => this.#controller.abort(this.#outer?.reason);

  /**
   * @param startTimeoutMs Infinity for no limit.
   * @param what what starts, for the error.
   * @param outer also ends the start; the error is its reason.
   */
  constructor(clock: Clock, startTimeoutMs: number, what = 'The scorer', outer?: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    this.#error = new StartTimeoutError(`${what} was not ready within its startTimeoutMs of ${startTimeoutMs}`);
    const late = (): void => this.#controller.abort(this.#error);
    this.#timer = Number.isFinite(startTimeoutMs) ? clock.after(startTimeoutMs, late) : null;
    outer?.addEventListener('abort', this.#stop);
    if (outer?.aborted === true) this.#stop();
  }

  /** Aborted with a `StartTimeoutError` when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for one step of the start.
   *
   * @param what describes the step, for the error. A step that the signal ends may reject with a more detailed error in the same turn.
   * @throws {StartTimeoutError} if the time is over first. After that, the result of the step is ignored.
   */
  within<T>(what: string, step: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        const isLate = this.signal.reason === this.#error;
        const error = isLate ? new StartTimeoutError(`${this.#error.message}: ${what}`) : this.signal.reason;
        this.#clock.soon(() => reject(error));
      };
      const settled = (): void => this.signal.removeEventListener('abort', stop);
      this.signal.addEventListener('abort', stop);
      if (this.signal.aborted) stop();
      const fail = (error: unknown): void => {
        // The reason by itself says less: the error of `stop` follows.
        if (!this.signal.aborted || error !== this.signal.reason) reject(error);
      };
      step.then(resolve, fail).finally(settled);
    });
  }

  /** The start is over. */
  end(): void {
    this.#timer?.clear();
    this.#outer?.removeEventListener('abort', this.#stop);
  }
}
