import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import {
  indexContextBytes,
  indexEntryBytes,
  indexHeadBytes,
  indexKeyBytes,
  indexMark,
  writeIndexKey,
} from '../../src/records/format/index-layout.js';

/** Places are written as u32. */
const highestPlace = 0xff_ff_ff_ff;

/** Room for so many decisions at first. */
const firstEntries = 1_024;

/** How far an index has come. */
export interface IndexMark {
  decisions: number;
  contexts: number;
  earliest: number;
  latest: number;
}

/** Collects where the decisions of a file are, by the id as it is written. */
export class IndexBuilder {
  #count = 0;
  /** Of each decision its key, then its place and its row. */
  #keys = Buffer.allocUnsafe(firstEntries * indexKeyBytes);
  #places = new Uint32Array(firstEntries * 2);
  readonly #contexts = new Map<number, number>();
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  /**
   * @param id lies in it, in UTF-8, between `from` and `end`. @param at when it was decided, in milliseconds since the epoch.
   * @param place of the frame or line, in the index's unit.
   */
  add(id: Buffer, from: number, end: number, { at, place, row }: { at: number; place: number; row: number }): void {
    if (place > highestPlace) return;
    if (2 * this.#count === this.#places.length) this.#grow();
    writeIndexKey(this.#keys, this.#count * indexKeyBytes, id, from, end);
    this.#places[2 * this.#count] = place;
    this.#places[2 * this.#count + 1] = row;
    this.#count += 1;
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
      decisions: this.#count,
      contexts: this.#contexts.size,
      earliest: this.#earliest,
      latest: this.#latest,
    };
  }

  /** Forgets what was added since `mark`: it could not be written. */
  restore({ decisions, contexts, earliest, latest }: IndexMark): void {
    this.#count = decisions;
    for (const number of [...this.#contexts.keys()].slice(contexts)) this.#contexts.delete(number);
    this.#earliest = earliest;
    this.#latest = latest;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  #grow(): void {
    this.#keys = Buffer.concat([this.#keys], 2 * this.#keys.length);
    const places = new Uint32Array(2 * this.#places.length);
    places.set(this.#places);
    this.#places = places;
  }

  #bytes(covers: number): Buffer {
    const order = orderOf(this.#keys, this.#count);
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
      this.#keys.copy(bytes, at, index * indexKeyBytes, (index + 1) * indexKeyBytes);
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

/**
 * The order of keys, equal ones as they were added: sorted by one byte after the other from the last on, as there may be millions of them and
 * comparisons would hold up the thread for a second.
 */
function orderOf(keys: Buffer, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, index) => index);
  let next = new Uint32Array(count);
  for (let byte = indexKeyBytes - 1; byte >= 0; byte -= 1) {
    const starts = startsOf(keys, count, byte);
    for (const index of order) {
      const value = keys[index * indexKeyBytes + byte] as number;
      next[starts[value] as number] = index;
      starts[value] = (starts[value] as number) + 1;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Where the keys with each value of a byte begin. */
function startsOf(keys: Buffer, count: number, byte: number): Uint32Array {
  const starts = new Uint32Array(257);
  for (let index = 0; index < count; index += 1) {
    const value = keys[index * indexKeyBytes + byte] as number;
    starts[value + 1] = (starts[value + 1] as number) + 1;
  }
  for (let value = 1; value <= 256; value += 1)
    starts[value] = (starts[value] as number) + (starts[value - 1] as number);
  return starts;
}
