import { setMaxListeners } from 'node:events';
import { transferableAbortController } from 'node:util';
import PQueue from 'p-queue';
import type { Clock } from '../host/clock.js';
import { StartLimit } from './start-limit.js';

/** Loads versions one after the other, each within its time, until the scorer is closed. */
export class Loader {
  readonly #clock: Clock;
  readonly #startTimeoutMs: number;
  readonly #queue = new PQueue({ concurrency: 1 });
  // Not the global class, which a realm of its own (a vm context) does not have.
  readonly #controller = transferableAbortController();

  constructor(clock: Clock, startTimeoutMs: number) {
    this.#clock = clock;
    this.#startTimeoutMs = startTimeoutMs;
    // As many as versions that wait: Node.js takes more than ten for a leak.
    setMaxListeners(0, this.#controller.signal);
  }

  /**
   * @param load is given what bounds it.
   * @throws what `load` throws, or what the loader was stopped with; what becomes of `load` is not heard any more then.
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
   * Waits for what follows a load. It takes no place from the next load.
   *
   * @throws what `step` throws, or what the loader was stopped with; what becomes of `step` is not heard any more then.
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

  /** Rejects what loads and whatever waits. @returns once nothing loads any more. */
  async stop(reason: Error): Promise<void> {
    this.#controller.abort(reason);
    await this.#queue.onIdle();
  }
}
