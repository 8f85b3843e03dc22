import { decodeHistogram, encodeHistogram } from '../monitoring/histogram-bytes.js';
import type { VersionCounts, VersionReading } from '../monitoring/version-reading.js';

/** A `VersionReading` as plain values and bytes, so that it can be sent, or given to another copy of the package. */
export interface EncodedVersionReading extends VersionCounts {
  readonly version: string;
  /** See `encodeHistogram`. */
  readonly latency: Uint8Array;
}

export function encodeVersionReading({ latency, ...counts }: VersionReading): EncodedVersionReading {
  return { ...counts, latency: encodeHistogram(latency) };
}

/** @returns null if the histogram cannot be read. */
export function decodeVersionReading(encoded: EncodedVersionReading): VersionReading | null {
  const { version, requests, failed, decided, blocked } = encoded;
  const latency = decodeHistogram(encoded.latency);
  return latency === null ? null : { version, requests, failed, decided, blocked, latency };
}
