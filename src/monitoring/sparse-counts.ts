/** The longest form of a safe integer, 7 bits in each byte. */
const longestInteger = 8;

const low7 = 0x7f;
const more = 0x80;

/**
 * Counts of buckets as bytes. Each bucket that is not empty takes two integers of 7 bits a byte: how far it is from the bucket before, and
 * its count.
 *
 * @param counts safe integers, at least 0.
 */
export function encodeCounts(counts: Readonly<Float64Array>): Uint8Array {
  let filled = 0;
  for (const count of counts) if (count !== 0) filled += 1;
  const bytes = new Uint8Array(filled * 2 * longestInteger);
  let at = 0;
  let before = -1;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    const count = counts[bucket] as number;
    if (count === 0) continue;
    at = writeInteger(bytes, at, bucket - before);
    at = writeInteger(bytes, at, count);
    before = bucket;
  }
  return bytes.slice(0, at);
}

/** @param buckets the number of buckets. @returns the filled buckets with their counts; null if the bytes are not such counts. */
export function decodeCounts(bytes: Uint8Array, buckets: number): [bucket: number, count: number][] | null {
  const reader = new IntegerReader(bytes);
  const filled: [bucket: number, count: number][] = [];
  let bucket = -1;
  while (!reader.isAtEnd) {
    const step = reader.next();
    const count = reader.next();
    if (step === null || count === null || step === 0 || count === 0) return null;
    bucket += step;
    // Checked for each, so that the list never becomes longer than the buckets.
    if (bucket >= buckets) return null;
    filled.push([bucket, count]);
  }
  return filled;
}

/** @returns where the next begins. */
function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  // Not with shifts, because a count may have more than 32 bits.
  while (rest > low7) {
    bytes[next] = (rest % more) | more;
    rest = Math.floor(rest / more);
    next += 1;
  }
  bytes[next] = rest;
  return next + 1;
}

class IntegerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @returns null if no safe integer is there. */
  next(): number | null {
    let value = 0;
    let factor = 1;
    for (let read = 0; read < longestInteger; read += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return null;
      this.#at += 1;
      value += (byte & low7) * factor;
      if (byte < more) return Number.isSafeInteger(value) ? value : null;
      factor *= more;
    }
    return null;
  }
}
