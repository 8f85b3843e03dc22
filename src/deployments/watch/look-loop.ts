import type { ModelWatcher } from '../../api/watch.js';
import { outsideOfRequests } from '../../host/async-context.js';
import { asyncDispose } from '../../host/async-dispose.js';
import type { Clock, Timer } from '../../host/clock.js';

/** Runs checks one at a time: periodically, and on request. */
export class LookLoop implements ModelWatcher {
  readonly #look: () => Promise<void>;
  readonly #stopping: AbortController;
  readonly #timer: Timer;
  #current: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /**
   * @param look never rejects.
   * @param stopping `stop` aborts it. If a check aborts it, the loop stops too.
   */
  constructor(look: () => Promise<void>, everyMs: number, stopping: AbortController, clock: Pick<Clock, 'every'>) {
    this.#look = look;
    this.#stopping = stopping;
    // A check may take longer than the period. Then the next check begins at a later tick.
    this.#timer = clock.every(everyMs, () => {
      if (this.#current === null) this.#start();
    });
    stopping.signal.addEventListener('abort', () => this.#timer.clear(), { once: true });
  }

  look(): Promise<void> {
    if (this.#current === null) return this.#start();
    // The current check may already be past the caller's change. All callers meanwhile share the next check.
    this.#next ??= this.#current.then(() => {
      this.#next = null;
      return this.#current ?? this.#start();
    });
    return this.#next;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current;
  }

  [asyncDispose](): Promise<void> {
    return this.stop();
  }

  #start(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    this.#current = outsideOfRequests(this.#look).finally(() => {
      this.#current = null;
    });
    return this.#current;
  }
}
