import { setEnvironmentData } from 'node:worker_threads';

const [due, fired, release, hangMs] = [0, 1, 2, 3];

/** Tells the workers of versions that hang how many batches are to do so. Must be made before the scorer. */
export class HangingVersions {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));

  constructor(ms: number) {
    this.#words[hangMs] = ms;
    setEnvironmentData('versions', this.#words);
  }

  add(batches: number): void {
    Atomics.add(this.#words, due, batches);
  }

  /** Batches that hung. */
  get fired(): number {
    return Atomics.load(this.#words, fired);
  }

  /** None is due any more, and all that hang go on. */
  calm(): void {
    Atomics.store(this.#words, due, 0);
    Atomics.add(this.#words, release, 1);
    Atomics.notify(this.#words, release);
  }
}
