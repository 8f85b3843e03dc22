import type { ModelWatcher } from '../../api/watch.js';
import { outsideOfRequests } from '../../host/async-context.js';
import { asyncDispose } from '../../host/async-dispose.js';
import type { Clock, Timer } from '../../host/clock.js';

/** Runs one look at a time: every so often, and whenever it is asked to. */
export class LookLoop implements ModelWatcher {
  readonly #look: () => Promise<void>;
  readonly #stopping: AbortController;
  readonly #timer: Timer;
  #current: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /**
   * @param look never rejects.
   * @param stopping is aborted by `stop`. Aborted by the look itself, it stops the loop too.
   */
  constructor(look: () => Promise<void>, everyMs: number, stopping: AbortController, clock: Pick<Clock, 'every'>) {
    this.#look = look;
    this.#stopping = stopping;
    // A look that takes longer than that is not overtaken: the next one begins at a later tick.
    this.#timer = clock.every(everyMs, () => {
      if (this.#current === null) this.#start();
    });
    stopping.signal.addEventListener('abort', () => this.#timer.clear(), { once: true });
  }

  look(): Promise<void> {
    if (this.#current === null) return this.#start();
    // The one in progress may have passed what the caller has changed. All who ask meanwhile share the next.
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
