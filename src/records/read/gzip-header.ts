import type { Buffer } from 'node:buffer';

const flags = { headerCrc: 2, extra: 4, name: 8, comment: 16 };
const fixedBytes = 10;

/** What a member of a gzip file ends with: its CRC-32 and its length. */
export const gzipTrailerBytes = 8;

/** What a member begins with (RFC 1952): its mark, and that it is deflated. */
export const gzipMark = [0x1f, 0x8b, 8] as const;

/**
 * How long the header of a gzip member is (RFC 1952).
 *
 * @returns null where more bytes are needed, `damaged` where none begins there.
 */
export function gzipHeaderBytes(bytes: Buffer): number | null | 'damaged' {
  const begin = Math.min(gzipMark.length, bytes.length);
  for (let index = 0; index < begin; index += 1) if (bytes[index] !== gzipMark[index]) return 'damaged';
  if (bytes.length < fixedBytes) return null;
  const flag = bytes.readUInt8(3);
  if (flag >= 32) return 'damaged';
  let at = fixedBytes;
  if (flag & flags.extra) {
    if (bytes.length < at + 2) return null;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const text of [flags.name, flags.comment]) {
    if ((flag & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (flag & flags.headerCrc) at += 2;
  return at > bytes.length ? null : at;
}
