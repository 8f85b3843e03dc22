/** From so many words on, a view and one call copy faster than a loop. */
const many = 1_024;

/**
 * Copies words of memory. A few are copied one by one: a view of them would be garbage, which is collected while requests wait. They are integers,
 * because the bits of a float that is not a number may change on the way.
 */
export function copyWords(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number, count: number): void {
  if (count >= many) {
    to.set(from.subarray(fromAt, fromAt + count), toAt);
    return;
  }
  for (let index = 0; index < count; index += 1) to[toAt + index] = from[fromAt + index] as number;
}

/** The words of 4 bytes that floats lie in. */
export function wordsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}
