import { type GuardedData, guardWords, loadingCall, startingCall } from '../../src/protocol/guard.js';

/**
 * This worker's slot at the exit guard. It marks when the worker is inside the runtime, and keeps it out after the host wants it to end.
 */
export class GuardSlot {
  readonly #words: Int32Array;
  readonly #stop: number;
  readonly #busy: number;

  constructor({ guard, guardSlot }: GuardedData) {
    this.#words = new Int32Array(guard);
    this.#stop = guardWords.stop(guardSlot);
    this.#busy = guardWords.busy(guardSlot);
    // The host considered it busy with loading. The code that loads this file is finished in the next turn.
    setImmediate(() => this.#leave(startingCall));
  }

  /** Whether the host wants this worker to end. Long work should then stop. */
  get isLeaving(): boolean {
    return Atomics.load(this.#words, this.#stop) !== 0;
  }

  /**
   * Marks the worker as inside the runtime while `work` runs.
   *
   * @throws {Error} if the host is leaving, and what `work` throws.
   */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(work, 1);
  }

  /** The same for work that loads a model. An exit waits longer for it. */
  duringLoad<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(work, loadingCall);
  }

  async #during<T>(work: () => Promise<T>, calls: number): Promise<T> {
    Atomics.add(this.#words, this.#busy, calls);
    try {
      // Check this after busy is set. Otherwise the host could see nobody busy and leave in between.
      if (this.isLeaving) throw new Error('the host is leaving');
      return await work();
    } finally {
      this.#leave(calls);
    }
  }

  #leave(calls: number): void {
    Atomics.sub(this.#words, this.#busy, calls);
    Atomics.notify(this.#words, this.#busy);
  }
}
