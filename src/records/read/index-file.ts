import type { Buffer } from 'node:buffer';
import { indexContextBytes, indexEntryBytes, indexHeadBytes, indexMark } from '../format/index-layout.js';
import { readAt } from './positioned-read.js';

/** What the head of an index says. */
export interface IndexHead {
  entries: number;
  contexts: number;
  /** Of the decisions, milliseconds since the epoch. */
  earliest: number;
  latest: number;
  /** How many bytes of the file it covers; 0 where that was closed and it covers all. */
  covers: number;
}

/** Where a decision is. */
export interface IndexPlace {
  place: number;
  row: number;
}

/** Entries that are read where a key should be, and where it is known to be. */
const stepEntries = 512;
const fewEntries = 32;

/** @returns null where it is no index that this version knows. @throws {Error} where it can't be read. */
export function readIndexHead(descriptor: number): IndexHead | null {
  const bytes = readAt(descriptor, 0, indexHeadBytes);
  if (bytes.length < indexHeadBytes || bytes.readUInt32LE(0) !== indexMark || bytes.readUInt32LE(4) !== 1) return null;
  return {
    entries: bytes.readUInt32LE(8),
    contexts: bytes.readUInt32LE(12),
    earliest: bytes.readDoubleLE(16),
    latest: bytes.readDoubleLE(24),
    covers: bytes.readDoubleLE(32),
  };
}

/**
 * Where the decisions with a key are, the last in the file first. Keys are hashes, so that the place of one among the others can be guessed: mostly
 * a read or two.
 *
 * @throws {Error} where the index can't be read.
 */
export function placesOf(descriptor: number, head: IndexHead, key: bigint): IndexPlace[] {
  const places: IndexPlace[] = [];
  let at = lowerBound(descriptor, head, key);
  for (;;) {
    const bytes = entriesAt(descriptor, head, at, fewEntries);
    const count = bytes.length / indexEntryBytes;
    for (let index = 0; index < count; index += 1) {
      if (keyAt(bytes, index) !== key) return places.reverse();
      const entry = index * indexEntryBytes;
      places.push({ place: bytes.readUInt32LE(entry + 8), row: bytes.readUInt32LE(entry + 12) });
    }
    if (count === 0) return places.reverse();
    at += count;
  }
}

/** The first entry whose key is not below one. */
function lowerBound(descriptor: number, head: IndexHead, key: bigint): number {
  let low = 0;
  let high = head.entries;
  const guess = Math.floor((Number(key >> 11n) / 2 ** 53) * high) - stepEntries / 2;
  const from = Math.max(0, Math.min(high - stepEntries, guess));
  const bytes = entriesAt(descriptor, head, from, stepEntries);
  const count = bytes.length / indexEntryBytes;
  if (count === 0) return high;
  if (keyAt(bytes, 0) >= key) high = from;
  else if (keyAt(bytes, count - 1) < key) low = from + count;
  else return from + firstFrom(bytes, key);
  while (high - low > fewEntries) {
    const middle = (low + high) >> 1;
    const entry = entriesAt(descriptor, head, middle, 1);
    if (entry.length === 0) return head.entries;
    if (keyAt(entry, 0) < key) low = middle + 1;
    else high = middle;
  }
  return low + firstFrom(entriesAt(descriptor, head, low, high - low), key);
}

/** Whole entries, as many of those that are wanted as there are. */
function entriesAt(descriptor: number, { entries }: IndexHead, from: number, count: number): Buffer {
  const there = Math.max(0, Math.min(count, entries - from));
  const bytes = readAt(descriptor, indexHeadBytes + from * indexEntryBytes, there * indexEntryBytes);
  return bytes.subarray(0, bytes.length - (bytes.length % indexEntryBytes));
}

function keyAt(bytes: Buffer, index: number): bigint {
  return bytes.readBigUInt64BE(index * indexEntryBytes);
}

/** The first of some entries whose key is not below one, or their number. */
function firstFrom(bytes: Buffer, key: bigint): number {
  let low = 0;
  let high = bytes.length / indexEntryBytes;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyAt(bytes, middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the frame of a context is, in units of 8 bytes; null where the index does not say. */
export function contextPlace(descriptor: number, { entries, contexts }: IndexHead, number: number): number | null {
  const bytes = readAt(descriptor, indexHeadBytes + entries * indexEntryBytes, contexts * indexContextBytes);
  for (let at = 0; at + indexContextBytes <= bytes.length; at += indexContextBytes) {
    if (bytes.readUInt32LE(at) === number) return bytes.readUInt32LE(at + 4);
  }
  return null;
}
