import { type RingMemory, ringControl, ringWords } from '../../src/records/ring/ring-memory.js';

/** Tells the host's thread when this one waits for its sink: nothing is gained by leaving it the processor meanwhile. */
export class SinkWait {
  readonly #control: Int32Array;

  constructor(memory: RingMemory) {
    this.#control = ringControl(memory);
  }

  /** Runs something that waits. */
  during<Result>(work: () => Result): Result {
    Atomics.store(this.#control, ringWords.atSink, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.#control, ringWords.atSink, 0);
    }
  }
}
