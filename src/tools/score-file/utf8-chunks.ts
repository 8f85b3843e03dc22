import { isUtf8 } from 'node:buffer';
import { ScoreFileError } from './score-file-error.js';

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * The same bytes, but each chunk is valid UTF-8 by itself. A character that is split between two chunks moves to the second one.
 *
 * @param path the path for messages.
 * @throws {ScoreFileError} at the first line that is not UTF-8.
 */
export async function* utf8Chunks(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  const lines = new LineEnds();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.length - unfinishedLength(bytes);
    const whole = bytes.subarray(0, end);
    rest = bytes.subarray(end);
    // Includes the line's first byte, which tells whether a \r before it was a separate line end.
    if (!isUtf8(whole)) throw notUtf8(path, lines.next + lines.before(whole, invalidLineAt(whole) + 1));
    lines.pass(whole);
    if (whole.length > 0) yield whole;
  }
  if (rest.length > 0) throw notUtf8(path, lines.next + lines.before(rest, 1));
}

function notUtf8(path: string, line: number): ScoreFileError {
  const problem = 'expected UTF-8 text, found bytes that are not UTF-8 (save the file as UTF-8)';
  return new ScoreFileError(`${path}, line ${line}: ${problem}`);
}

/** The length of an incomplete character at the end; 0 if there is none. */
function unfinishedLength(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (!isContinuation) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

/** From the first byte of a character. */
function characterLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** The index at which the first invalid line begins. */
function invalidLineAt(bytes: Buffer): number {
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== newline && bytes[at] !== carriageReturn) continue;
    if (!isUtf8(bytes.subarray(start, at))) return start;
    start = at + 1;
  }
  return start;
}

/**
 * Counts line ends:
 * , \r
 * , or \r alone.
 */
class LineEnds {
  /** The line of the next byte, counted from 1. */
  next = 1;
  #lastByte = 0;

  pass(bytes: Buffer): void {
    this.next += this.before(bytes, bytes.length);
    this.#lastByte = bytes[bytes.length - 1] ?? this.#lastByte;
  }

  /** Line ends in the first bytes of a chunk. A \r at the end of a chunk is counted when the next byte is known. */
  before(bytes: Buffer, length: number): number {
    let count = 0;
    let last = this.#lastByte;
    for (let at = 0; at < length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === newline || last === carriageReturn) count += 1;
      last = byte;
    }
    return count;
  }
}
