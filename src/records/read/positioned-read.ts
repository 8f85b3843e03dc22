import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';

/** Bytes at a place of a file; fewer where it ends before. @throws {Error} where it can't be read. */
export function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let read = 0;
  while (read < length) {
    const count = readSync(descriptor, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
