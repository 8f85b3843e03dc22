import { Buffer, isUtf8 } from 'node:buffer';
import { HttpError } from './http-error.js';

/** Bytes as a text, without a byte order mark. @throws {HttpError} 400 where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // What cannot be read becomes U+FFFD, which a text may hold as well.
  if (text.includes('\ufffd') && !isUtf8(buffer)) {
    throw new HttpError('ERR_MALFORMED_BODY', 'The body: expected UTF-8, received other bytes');
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
