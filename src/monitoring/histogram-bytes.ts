import { LatencyHistogram } from './latency-histogram.js';
import { decodeCounts, encodeCounts } from './sparse-counts.js';

/** The first byte. Another value means another layout. */
const layout = 1;

/** The layout, the sum and the maximum. */
const headerBytes = 1 + 2 * 8;

/**
 * A histogram as bytes, to send it to another process: the layout, the sum and the maximum (float64, little-endian), then the counts. An
 * hour of traffic takes a few hundred bytes. No histogram takes more than 10 bytes for each of its buckets, which is 27 KiB.
 */
export function encodeHistogram({ counts, sumMs, maxMs }: LatencyHistogram): Uint8Array {
  const filled = encodeCounts(counts);
  const bytes = new Uint8Array(headerBytes + filled.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = layout;
  view.setFloat64(1, sumMs, true);
  view.setFloat64(9, maxMs, true);
  bytes.set(filled, headerBytes);
  return bytes;
}

/** @returns null if the bytes are not those of a histogram, for example because another version of the package wrote them. */
export function decodeHistogram(bytes: Uint8Array): LatencyHistogram | null {
  if (bytes.length < headerBytes || bytes[0] !== layout) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const counts = decodeCounts(bytes.subarray(headerBytes), LatencyHistogram.buckets);
  return counts === null ? null : LatencyHistogram.from(counts, view.getFloat64(1, true), view.getFloat64(9, true));
}
