import { hash } from 'node:crypto';
import type { MaskAction } from '../../api/records.js';

/** Hexadecimal digits of a hash: 128 bits, of which two are the same by chance once in 10³⁸. */
const hashDigits = 32;

/** A shorter key can be guessed: it is refused. */
export const minKeyBytes = 16;

/** Of SHA-256, in bytes. */
const blockBytes = 64;
const digestBytes = 32;

/**
 * HMAC-SHA-256 (RFC 2104) with one key, cut to 128 bits. It is made of two hashes of one call each: `createHmac` makes objects for each value, and
 * there is a value for each decision.
 */
export class KeyedHash {
  /** The key with the inner padding, then the value. */
  #inner: Buffer;
  /** The key with the outer padding, then the inner hash. */
  readonly #outer = Buffer.alloc(blockBytes + digestBytes);
  /** Beginnings of `#inner`, by their length: ids have few lengths. */
  readonly #beginnings = new Map<number, Buffer>();

  constructor(key: Uint8Array) {
    this.#inner = Buffer.alloc(4 * blockBytes);
    const short = key.length > blockBytes ? Buffer.from(hash('sha256', key, 'hex'), 'hex') : key;
    for (let at = 0; at < blockBytes; at += 1) {
      const byte = short[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** @returns 32 hexadecimal digits. */
  of(text: string): string {
    const bytes = Buffer.from(text);
    return this.ofBytes(bytes, 0, bytes.length);
  }

  /** The hash of the bytes between two places. @returns 32 hexadecimal digits. */
  ofBytes(bytes: Buffer, from: number, end: number): string {
    const length = blockBytes + end - from;
    if (length > this.#inner.length) {
      this.#inner = Buffer.concat([this.#inner], 2 * length);
      this.#beginnings.clear();
    }
    bytes.copy(this.#inner, blockBytes, from, end);
    this.#outer.write(hash('sha256', this.#beginning(length), 'binary'), blockBytes, 'latin1');
    return hash('sha256', this.#outer, 'hex').slice(0, hashDigits);
  }

  #beginning(length: number): Buffer {
    let known = this.#beginnings.get(length);
    if (known === undefined) {
      known = this.#inner.subarray(0, length);
      this.#beginnings.set(length, known);
    }
    return known;
  }
}

/** An id as it is written; null where it is removed. */
export function maskedId(mask: { key: Uint8Array; fields: Record<string, MaskAction> }, id: string): string | null {
  const action = mask.fields['/id'] ?? 'keep';
  if (action === 'remove') return null;
  return action === 'hash' ? new KeyedHash(mask.key).of(id) : id;
}
