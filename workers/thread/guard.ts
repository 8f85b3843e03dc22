import { type GuardedData, guardWords } from '../../src/protocol/guard.js';

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
    setImmediate(() => this.#leave());
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
  async during<T>(work: () => Promise<T>): Promise<T> {
    Atomics.add(this.#words, this.#busy, 1);
    try {
      // After busy is set, or the host could see nobody busy and leave in between.
      if (this.isLeaving) throw new Error('the host is leaving');
      return await work();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    Atomics.sub(this.#words, this.#busy, 1);
    Atomics.notify(this.#words, this.#busy);
  }
}
