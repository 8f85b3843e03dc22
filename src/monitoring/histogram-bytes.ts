import { LatencyHistogram } from './latency-histogram.js';

/** The first byte. Another value means another layout. */
const layout = 1;

/** The layout, the sum and the maximum. */
const headerBytes = 1 + 2 * 8;

/** The longest form of a safe integer, 7 bits in each byte. */
const longestInteger = 8;

const low7 = 0x7f;
const more = 0x80;

/**
 * A histogram as bytes, to send it to another process. After the layout, the sum and the maximum (float64, little-endian), each bucket that
 * is not empty takes two integers of 7 bits a byte: how far it is from the bucket before, and its count. An hour of traffic takes a few
 * hundred bytes. No histogram takes more than 10 bytes for each of its buckets, which is 27 KiB.
 */
export function encodeHistogram(histogram: LatencyHistogram): Uint8Array {
  const { counts, sumMs, maxMs } = histogram;
  let filled = 0;
  for (const count of counts) if (count !== 0) filled += 1;
  const bytes = new Uint8Array(headerBytes + filled * 2 * longestInteger);
  const view = new DataView(bytes.buffer);
  bytes[0] = layout;
  view.setFloat64(1, sumMs, true);
  view.setFloat64(9, maxMs, true);
  let at = headerBytes;
  let before = -1;
  for (const [bucket, count] of counts.entries()) {
    if (count === 0) continue;
    at = writeInteger(bytes, at, bucket - before);
    at = writeInteger(bytes, at, count);
    before = bucket;
  }
  return bytes.slice(0, at);
}

/** @returns null if the bytes are not those of a histogram, for example because another version of the package wrote them. */
export function decodeHistogram(bytes: Uint8Array): LatencyHistogram | null {
  if (bytes.length < headerBytes || bytes[0] !== layout) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new IntegerReader(bytes, headerBytes);
  const buckets: [bucket: number, count: number][] = [];
  let bucket = -1;
  while (!reader.isAtEnd) {
    const step = reader.next();
    const count = reader.next();
    if (step === null || count === null || step === 0 || count === 0) return null;
    bucket += step;
    buckets.push([bucket, count]);
    // Before the list can become longer than a histogram.
    if (bucket >= LatencyHistogram.buckets) return null;
  }
  return LatencyHistogram.from(buckets, view.getFloat64(1, true), view.getFloat64(9, true));
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
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
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
