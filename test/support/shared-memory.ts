/** Counts the large pieces of shared memory that are made until it is disposed of. */
export class SharedMemoryCount implements Disposable {
  /** Pieces of at least `bytes`. */
  made = 0;
  readonly #original = globalThis.SharedArrayBuffer;

  constructor(bytes: number) {
    globalThis.SharedArrayBuffer = new Proxy(this.#original, {
      construct: (target, [length = 0, options]: [number?, object?]) => {
        if (length >= bytes) this.made += 1;
        return new target(length, options);
      },
    });
  }

  [Symbol.dispose](): void {
    globalThis.SharedArrayBuffer = this.#original;
  }
}
