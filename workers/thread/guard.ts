import { type GuardedData, guardWords, loadingCall, startingCall } from '../../src/protocol/guard.js';

/** This worker's slot at the exit guard: says when it is inside the runtime, and stays out once the host wants it to end. */
export class GuardSlot {
  readonly #words: Int32Array;
  readonly #stop: number;
  readonly #busy: number;

  constructor({ guard, guardSlot }: GuardedData) {
    this.#words = new Int32Array(guard);
    this.#stop = guardWords.stop(guardSlot);
    this.#busy = guardWords.busy(guardSlot);
    // The host took it to be busy with loading; whatever loads this file is through with it in the next turn.
    setImmediate(() => this.#leave(startingCall));
  }

  /** Whether the host wants this worker to end: whatever takes long is to come to an end by itself. */
  get isLeaving(): boolean {
    return Atomics.load(this.#words, this.#stop) !== 0;
  }

  /**
   * Runs `work`, which calls the runtime, while the host knows it.
   *
   * @throws {Error} where the host is leaving, and whatever `work` throws.
   */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(work, 1);
  }

  /** The same of work that loads a model: an exit waits longer for it. */
  duringLoad<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(work, loadingCall);
  }

  async #during<T>(work: () => Promise<T>, calls: number): Promise<T> {
    Atomics.add(this.#words, this.#busy, calls);
    try {
      // After busy is set, or the host could see nobody busy and leave in between.
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
