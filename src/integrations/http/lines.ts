import { Buffer } from 'node:buffer';

const lineEnd = 0x0a;

/** A line as it came; null for one that is longer than it may be. */
export type Line = Buffer | null;

/** The lines of a stream of bytes, without their ends. Holds no more than one line and one piece of the stream. */
export async function* linesOf(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line, void, undefined> {
  let rest: Buffer[] = [];
  let length = 0;
  let isTooLong = false;
  for await (const piece of source) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(lineEnd, start);
      const part = bytes.subarray(start, end < 0 ? bytes.length : end);
      isTooLong ||= length + part.length > maxBytes;
      if (isTooLong) {
        rest = [];
        length = 0;
      } else if (end < 0) {
        // A copy: the piece may be part of memory that is used again, and is larger than what is kept of it.
        if (part.length > 0) rest.push(Buffer.from(part));
        length += part.length;
      }
      if (end < 0) break;
      yield isTooLong ? null : rest.length === 0 ? part : Buffer.concat([...rest, part]);
      rest = [];
      length = 0;
      isTooLong = false;
      start = end + 1;
    }
  }
  if (isTooLong) yield null;
  else if (length > 0) yield Buffer.concat(rest);
}
