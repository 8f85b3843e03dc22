import { Buffer } from 'node:buffer';
import { renameSync, writeFileSync } from 'node:fs';
import { indexEntryBytes, indexHeadBytes, indexKey, indexMark } from '../../src/records/format/index-layout.js';

/** Collects where the decisions of a file are, by the id as it is written. */
export class IndexBuilder {
  #keys: bigint[] = [];
  #places: number[] = [];
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  /** @param at milliseconds since the epoch. @param place of the frame or line, in the index's unit. */
  add(id: string, at: number, place: number, row: number): void {
    this.#keys.push(indexKey(id));
    this.#places.push(place, row);
    this.#earliest = Math.min(this.#earliest, at);
    this.#latest = Math.max(this.#latest, at);
  }

  /** Writes the index beside its file; it is there as a whole or not at all. @throws {Error} where that fails. */
  write(path: string): void {
    const order = Array.from(this.#keys.keys()).sort(
      (a, b) => compare(this.#keys[a] as bigint, this.#keys[b] as bigint) || a - b,
    );
    const bytes = Buffer.alloc(indexHeadBytes + order.length * indexEntryBytes);
    bytes.writeUInt32LE(indexMark, 0);
    bytes.writeUInt32LE(1, 4);
    bytes.writeUInt32LE(order.length, 8);
    bytes.writeDoubleLE(this.#earliest, 16);
    bytes.writeDoubleLE(this.#latest, 24);
    let at = indexHeadBytes;
    for (const index of order) {
      bytes.writeBigUInt64LE(this.#keys[index] as bigint, at);
      bytes.writeUInt32LE(this.#places[2 * index] as number, at + 8);
      bytes.writeUInt32LE(this.#places[2 * index + 1] as number, at + 12);
      at += indexEntryBytes;
    }
    writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
