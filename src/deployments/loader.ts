import { setMaxListeners } from 'node:events';
import { transferableAbortController } from 'node:util';
import PQueue from 'p-queue';
import type { Clock } from '../host/clock.js';
import { StartLimit } from './start-limit.js';

/** Loads versions one after the other, each with its own time limit, until the scorer is closed. */
export class Loader {
  readonly #clock: Clock;
  readonly #startTimeoutMs: number;
  readonly #queue = new PQueue({ concurrency: 1 });
  // Imported, because a separate realm (a vm context) does not have the global class.
  readonly #controller = transferableAbortController();

  constructor(clock: Clock, startTimeoutMs: number) {
    this.#clock = clock;
    this.#startTimeoutMs = startTimeoutMs;
    // One listener per waiting version. Node.js would report more than ten as a leak.
    setMaxListeners(0, this.#controller.signal);
  }

  /**
   * @param load gets the limit of its start.
   * @throws what `load` throws, or the reason with which the loader was stopped. After that, the result of `load` is ignored.
   */
  run<T>(load: (limit: StartLimit) => Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    const loading = this.#queue.add(async () => {
      if (signal.aborted) throw signal.reason;
      const limit = new StartLimit(this.#clock, this.#startTimeoutMs, 'The version', signal);
      try {
        return await load(limit);
      } finally {
        limit.end();
      }
    });
    return this.untilStopped(loading);
  }

  /**
   * Waits for a step after a load. It does not block the next load.
   *
   * @throws what `step` throws, or the reason with which the loader was stopped. After that, the result of `step` is ignored.
   */
  untilStopped<T>(step: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      step.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** Rejects the current load and all that wait. @returns when nothing loads any more. */
  async stop(reason: Error): Promise<void> {
    this.#controller.abort(reason);
    await this.#queue.onIdle();
  }
}
