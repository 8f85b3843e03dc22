import type { SourceFile } from './source-files.js';

/** Told at most once for so many bytes of a file, and at its end. */
const stepBytes = 1024 * 1024;

/** Tells how far a file is read, by the places of what is read. */
export class ReadingProgress {
  readonly #bytes: number;
  readonly #onBytes: (bytes: number) => void;
  #told = 0;

  /** @param onBytes told how many bytes more were read. */
  constructor({ bytes }: SourceFile, onBytes: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#onBytes = onBytes;
  }

  /** @param at where what was read begins in the file. */
  reach(at: number): void {
    if (at - this.#told >= stepBytes) this.#tell(at);
  }

  end(): void {
    this.#tell(this.#bytes);
  }

  #tell(at: number): void {
    // A file that is still being written has grown since.
    const reached = Math.min(at, this.#bytes);
    if (reached > this.#told) this.#onBytes(reached - this.#told);
    this.#told = Math.max(this.#told, reached);
  }
}
