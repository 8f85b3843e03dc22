import { transferableAbortController } from 'node:util';
import { StartTimeoutError } from '../errors.js';
import type { Clock, Timer } from '../host/clock.js';

/** Bounds the time that a start may take as a whole, whatever it waits for. */
export class StartLimit {
  // Not the global class, which a realm of its own (a vm context) does not have.
  readonly #controller = transferableAbortController();
  readonly #clock: Clock;
  readonly #error: StartTimeoutError;
  readonly #timer: Timer | null;

  /** @param startTimeoutMs Infinity for no bound. */
  constructor(clock: Clock, startTimeoutMs: number) {
    this.#clock = clock;
    this.#error = new StartTimeoutError(`The scorer was not ready within its startTimeoutMs of ${startTimeoutMs}`);
    const stop = (): void => this.#controller.abort(this.#error);
    this.#timer = Number.isFinite(startTimeoutMs) ? clock.after(startTimeoutMs, stop) : null;
  }

  /** Is aborted, with a `StartTimeoutError`, when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for one step of the start.
   *
   * @param what the step waits for, for the error. A step that ends by the signal may reject with more to say, in the same turn.
   * @throws {StartTimeoutError} where the time is over first; what becomes of the step is not heard any more.
   */
  within<T>(what: string, step: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        const error = new StartTimeoutError(`${this.#error.message}: ${what}`);
        this.#clock.soon(() => reject(error));
      };
      const settled = (): void => this.signal.removeEventListener('abort', stop);
      this.signal.addEventListener('abort', stop);
      if (this.signal.aborted) stop();
      step.then(resolve, reject).finally(settled);
    });
  }

  /** The start is over. */
  end(): void {
    this.#timer?.clear();
  }
}
