import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import {
  indexContextBytes,
  indexEntryBytes,
  indexHeadBytes,
  indexKey,
  indexMark,
} from '../../src/records/format/index-layout.js';

/** Places are written as u32. */
const highestPlace = 0xff_ff_ff_ff;

/** How far an index has come. */
export interface IndexMark {
  decisions: number;
  contexts: number;
  earliest: number;
  latest: number;
}

/** Collects where the decisions of a file are, by the id as it is written. */
export class IndexBuilder {
  #keys: bigint[] = [];
  #places: number[] = [];
  readonly #contexts = new Map<number, number>();
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  /** @param at milliseconds since the epoch. @param place of the frame or line, in the index's unit. */
  add(id: string, at: number, place: number, row: number): void {
    if (place > highestPlace) return;
    this.#keys.push(indexKey(id));
    this.#places.push(place, row);
    this.#earliest = Math.min(this.#earliest, at);
    this.#latest = Math.max(this.#latest, at);
  }

  /** Where the file has a context that decisions refer to. @param place in units of 8 bytes. */
  addContext(number: number, place: number): void {
    if (place <= highestPlace) this.#contexts.set(number, place);
  }

  /**
   * Writes the index beside its file; it is there as a whole or not at all.
   *
   * @param covers how many bytes of the file were looked at; 0 where it is closed and all were.
   * @throws {Error} where that fails.
   */
  write(path: string, covers = 0): void {
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      writeFileSync(temporary, this.#bytes(covers), { mode: 0o600, flag: 'wx' });
      renameSync(temporary, path);
    } catch (error) {
      try {
        unlinkSync(temporary);
      } catch {
        // It was never made.
      }
      throw error;
    }
  }

  /** What it has now, for `restore`. */
  mark(): IndexMark {
    return {
      decisions: this.#keys.length,
      contexts: this.#contexts.size,
      earliest: this.#earliest,
      latest: this.#latest,
    };
  }

  /** Forgets what was added since `mark`: it could not be written. */
  restore({ decisions, contexts, earliest, latest }: IndexMark): void {
    this.#keys.length = decisions;
    this.#places.length = 2 * decisions;
    for (const number of [...this.#contexts.keys()].slice(contexts)) this.#contexts.delete(number);
    this.#earliest = earliest;
    this.#latest = latest;
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  #bytes(covers: number): Buffer {
    const order = Array.from(this.#keys.keys()).sort(
      (a, b) => compare(this.#keys[a] as bigint, this.#keys[b] as bigint) || a - b,
    );
    const entriesEnd = indexHeadBytes + order.length * indexEntryBytes;
    const bytes = Buffer.alloc(entriesEnd + this.#contexts.size * indexContextBytes);
    bytes.writeUInt32LE(indexMark, 0);
    bytes.writeUInt32LE(1, 4);
    bytes.writeUInt32LE(order.length, 8);
    bytes.writeUInt32LE(this.#contexts.size, 12);
    bytes.writeDoubleLE(this.#earliest, 16);
    bytes.writeDoubleLE(this.#latest, 24);
    bytes.writeDoubleLE(covers, 32);
    let at = indexHeadBytes;
    for (const index of order) {
      bytes.writeBigUInt64BE(this.#keys[index] as bigint, at);
      bytes.writeUInt32LE(this.#places[2 * index] as number, at + 8);
      bytes.writeUInt32LE(this.#places[2 * index + 1] as number, at + 12);
      at += indexEntryBytes;
    }
    for (const [number, place] of this.#contexts) {
      bytes.writeUInt32LE(number, at);
      bytes.writeUInt32LE(place, at + 4);
      at += indexContextBytes;
    }
    return bytes;
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
