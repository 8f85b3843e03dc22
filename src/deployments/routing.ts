// Imported, because a separate realm (a vm context) does not have the global class.
import { TextEncoder } from 'node:util';
import { finish, mixBlock } from './murmur3.js';

/** The arm that answers a request: 0 is the primary, 1 the first challenger, 2 the second. */
export type Arm = 0 | 1 | 2;

/**
 * Maps routing keys to the interval [0, 1): `u = murmur3_x86_32(utf8(salt + ':' + key), seed 0) / 2^32`. The same salt and key give the
 * same position in every process and every release. `docs/routing-vectors.json` has examples for services that compute it themselves.
 */
export class Router {
  /** The hash of the complete four-byte blocks of `salt + ':'`. */
  readonly #hash: number;
  /** The remaining bytes, fewer than four, as a little-endian word. */
  readonly #word: number;
  /** The number of bits of the word that are in use. */
  readonly #bits: number;
  /** The number of bytes of `salt + ':'`. */
  readonly #length: number;

  constructor(salt: string) {
    const bytes = new TextEncoder().encode(`${salt}:`);
    const rest = bytes.length % 4;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let hash = 0;
    for (let at = 0; at < bytes.length - rest; at += 4) hash = mixBlock(hash, view.getInt32(at, true));
    this.#hash = hash;
    this.#word = bytes.slice(bytes.length - rest).reduceRight((word, byte) => (word << 8) | byte, 0);
    this.#bits = rest * 8;
    this.#length = bytes.length;
  }

  /**
   * Allocates nothing: the bytes of each character go directly into the hash. A lone surrogate is hashed as U+FFFD, as `TextEncoder` writes
   * it.
   *
   * @returns a multiple of 2^-32 in [0, 1).
   */
  place(key: string): number {
    let hash = this.#hash;
    let word = this.#word;
    let bits = this.#bits;
    let length = this.#length;
    let start = 0;
    // Nearly all keys are ASCII. Four characters at a time take half the time.
    for (; start + 4 <= key.length; start += 4) {
      const first = key.charCodeAt(start);
      const second = key.charCodeAt(start + 1);
      const third = key.charCodeAt(start + 2);
      const fourth = key.charCodeAt(start + 3);
      if ((first | second | third | fourth) >= 0x80) break;
      const block = first | (second << 8) | (third << 16) | (fourth << 24);
      hash = mixBlock(hash, word | (block << bits));
      word = bits === 0 ? 0 : block >>> (32 - bits);
      length += 4;
    }
    for (let at = start; at < key.length; at += 1) {
      let code = key.charCodeAt(at);
      let width = 8;
      if (code >= 0x80) {
        if (code >= 0xd800 && code < 0xe000) {
          code = key.codePointAt(at) ?? code;
          if (code > 0xffff) at += 1;
          else code = 0xfffd;
        }
        width = code < 0x800 ? 16 : code < 0x10000 ? 24 : 32;
        code = utf8Word(code);
      }
      word |= code << bits;
      bits += width;
      length += width >> 3;
      if (bits >= 32) {
        hash = mixBlock(hash, word);
        bits -= 32;
        // In JavaScript, a shift by 32 bits is a shift by 0.
        word = bits === 0 ? 0 : code >>> (width - bits);
      }
    }
    return finish(hash, word, length) / 2 ** 32;
  }
}

/** The UTF-8 bytes of a code point of two to four bytes, the first byte lowest. */
function utf8Word(code: number): number {
  const last = 0x80 | (code & 0x3f);
  if (code < 0x800) return 0xc0 | (code >> 6) | (last << 8);
  const third = 0x80 | ((code >> 6) & 0x3f);
  if (code < 0x10000) return 0xe0 | (code >> 12) | (third << 8) | (last << 16);
  return 0xf0 | (code >> 18) | ((0x80 | ((code >> 12) & 0x3f)) << 8) | (third << 16) | (last << 24);
}

/**
 * The arm at a position. The first challenger has `[0, first)` and the second `[1 - second, 1)`. So raising a share only adds keys,
 * lowering it only removes keys, and neither changes the other challenger's keys.
 *
 * @param place the position of a key, or a random number in [0, 1) for a request without a key.
 * @param first share of the first challenger, in [0, 1].
 * @param second share of the second challenger, in [0, 1 - first].
 */
export function armOf(place: number, first: number, second: number): Arm {
  if (place < first) return 1;
  return place >= 1 - second ? 2 : 0;
}
