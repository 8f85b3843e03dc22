import type { Buffer } from 'node:buffer';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync, writevSync } from 'node:fs';
import type { SinkWait } from './sink-wait.js';

/** The system takes no more parts at once. */
const mostParts = 1_024;

/** A file that is only appended to, in pieces of which each is there as a whole or not at all. */
export class AppendFile {
  readonly path: string;
  readonly #descriptor: number;
  /** Up to where whole pieces are. */
  size = 0;
  /** Whether a part of a piece lies behind them, because it could not be taken back. Nothing more may be appended then. */
  isCut = false;
  /** Whether the file system counts the names of a file. Some say 0 of each. */
  readonly #hasNames: boolean;
  readonly #wait: SinkWait;

  /** @throws {Error} where it can't be made, or is there already. */
  constructor(path: string, wait: SinkWait) {
    this.path = path;
    this.#wait = wait;
    // For its owner alone: records are nobody else's business.
    this.#descriptor = openSync(path, 'ax', 0o600);
    this.#hasNames = this.#names > 0;
  }

  /** Whether somebody has deleted it. What it has is lost, and so is what would be appended. */
  get isDeleted(): boolean {
    return this.#hasNames && this.#names === 0;
  }

  /** @param piece its parts, in their order. @returns its bytes. @throws {Error} where not all could be written; what was is taken back. */
  append(piece: readonly Buffer[]): number {
    let bytes = 0;
    try {
      for (let first = 0; first < piece.length; first += mostParts) {
        const parts = piece.slice(first, first + mostParts);
        bytes += this.#wait.during(() => this.#writeAll(parts));
      }
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.size += bytes;
    return bytes;
  }

  /** @throws {Error} where the disk fails. */
  sync(): void {
    this.#wait.during(() => fsyncSync(this.#descriptor));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #writeAll(parts: readonly Buffer[]): number {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    let written = writevSync(this.#descriptor, parts);
    // Seldom: the system has taken a part alone.
    while (written < bytes) written += writeSync(this.#descriptor, rest(parts, written));
    return bytes;
  }

  #takeBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.size);
    } catch {
      // Readers leave out a piece that is not whole, at the end of a file.
      this.isCut = true;
    }
  }

  /** How many names it has in directories. */
  get #names(): number {
    try {
      return fstatSync(this.#descriptor).nlink;
    } catch {
      // A disk that can't tell fails at the next write.
      return 1;
    }
  }
}

/** The first part that is not written as a whole, without what is. */
function rest(parts: readonly Buffer[], written: number): Buffer {
  let before = 0;
  for (const part of parts) {
    if (written < before + part.length) return part.subarray(written - before);
    before += part.length;
  }
  throw new RangeError('more was written than there was');
}
