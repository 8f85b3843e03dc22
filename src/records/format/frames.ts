import { crc32 } from 'node:zlib';

// A binary file is a row of frames: a head of 16 bytes, then the payload, whose length is a multiple of 8.
//   u32 `frameMark`   u32 the payload's bytes   u32 the CRC-32 of all that follows   u32 the frame's kind
// A file whose process was killed ends inside a frame, which readers leave out. One that is damaged in the middle is read on from the next mark.

/** 'FSR1' */
export const frameMark = 0x31_52_53_46;
export const frameHeadBytes = 16;

export const frameKinds = {
  /** JSON: `FileHeader`. */
  header: 1,
  /** An entry: see `entry-layout.ts`. */
  entry: 2,
} as const;

/** A frame is no longer: a length that is says that the file is damaged. */
export const maxFrameBytes = 256 * 1024 * 1024;

/** The head of a frame with this payload. */
export function frameHead(payload: Buffer, kind: number): Buffer {
  const head = Buffer.allocUnsafe(frameHeadBytes);
  head.writeUInt32LE(frameMark, 0);
  head.writeUInt32LE(payload.length, 4);
  head.writeUInt32LE(kind, 12);
  head.writeUInt32LE(crc32(payload, crc32(head.subarray(12))), 8);
  return head;
}

export interface Frame {
  kind: number;
  /** A view of the bytes that were read. */
  payload: Buffer;
  /** Where it ends. */
  end: number;
}

/**
 * Reads the frame at a place.
 *
 * @returns null where its head or payload is not whole there, `damaged` where it is no frame.
 */
export function readFrame(bytes: Buffer, at: number): Frame | null | 'damaged' {
  if (at + frameHeadBytes > bytes.length) return null;
  if (bytes.readUInt32LE(at) !== frameMark) return 'damaged';
  const length = bytes.readUInt32LE(at + 4);
  if (length > maxFrameBytes) return 'damaged';
  const start = at + frameHeadBytes;
  const end = start + length;
  if (end > bytes.length) return null;
  const payload = bytes.subarray(start, end);
  if (crc32(bytes.subarray(at + 12, end)) !== bytes.readUInt32LE(at + 8)) return 'damaged';
  return { kind: bytes.readUInt32LE(at + 12), payload, end };
}
