import type { Buffer } from 'node:buffer';
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** A file that is only appended to, in pieces of which each is there as a whole or not at all, as far as the system lets one know. */
export class AppendFile {
  readonly path: string;
  readonly #descriptor: number;
  /** Up to where whole pieces are. */
  size = 0;

  /** @throws {Error} where it can't be made, or is there already. */
  constructor(path: string) {
    this.path = path;
    // For its owner alone: records are nobody else's business.
    this.#descriptor = openSync(path, 'ax', 0o600);
  }

  /** @throws {Error} where not all could be written; what was is taken back. */
  append(piece: Buffer): void {
    let written = 0;
    try {
      while (written < piece.length) written += writeSync(this.#descriptor, piece, written);
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.size += piece.length;
  }

  /** @throws {Error} where the disk fails. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #takeBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.size);
    } catch {
      // Readers leave out a piece that is not whole.
    }
  }
}
