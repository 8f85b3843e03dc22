import { threadId } from 'node:worker_threads';
import { guardWords } from '../src/pool/protocol.js';

/** This worker's seat at the exit guard: says when it is inside the runtime, and stays out once the host is leaving. */
export class GuardSeat {
  readonly number: number;
  readonly #words: Int32Array;
  readonly #busy: number;

  /** @throws {Error} where every seat is taken. */
  constructor(guard: SharedArrayBuffer) {
    this.#words = new Int32Array(guard);
    this.number = takeSeat(this.#words);
    this.#busy = guardWords.busy(this.number);
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
      if (Atomics.load(this.#words, guardWords.stop) !== 0) throw new Error('the host is leaving');
      return await work();
    } finally {
      Atomics.sub(this.#words, this.#busy, 1);
      Atomics.notify(this.#words, this.#busy);
    }
  }
}

function takeSeat(words: Int32Array): number {
  const seats = (words.length - 1) / 2;
  for (let seat = 0; seat < seats; seat += 1) {
    if (Atomics.compareExchange(words, guardWords.owner(seat), 0, threadId) === 0) return seat;
  }
  throw new Error('no seat is free at the exit guard');
}
