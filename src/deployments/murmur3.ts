/*
 * MurmurHash3_x86_32 by Austin Appleby (public domain), in its two steps, so that a hash can be continued from a common prefix.
 */

/** Mixes four bytes, as one little-endian word, into the hash. */
export function mixBlock(hash: number, word: number): number {
  const mixed = hash ^ scramble(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/**
 * Ends the hash.
 *
 * @param tail the last bytes, fewer than four, as one little-endian word; 0 if there are none.
 * @param length the number of all hashed bytes.
 * @returns an unsigned integer of 32 bits.
 */
export function finish(hash: number, tail: number, length: number): number {
  let mixed = hash ^ scramble(tail) ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
