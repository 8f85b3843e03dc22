const NEWLINE = 0x0a;

/** A line that is longer than this is no transaction, and is not held in memory to find out. */
export const LONGEST_LINE = 65_536;

/** Some whole lines of a file, as they stand there, and the number of the first. */
export interface LineBlock {
  bytes: Buffer;
  firstLine: number;
  /** The block is the start of a line that is too long; its rest is left out. */
  tooLong: boolean;
}

/** Cuts a stream of bytes at the ends of lines. What it holds back is never more than a chunk and the longest line. */
export async function* lineBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let skipping = false;
  for await (const chunk of chunks) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    rest = Buffer.alloc(0);
    if (skipping) {
      const end = bytes.indexOf(NEWLINE);
      if (end === -1) continue;
      bytes = bytes.subarray(end + 1);
      line++;
      skipping = false;
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield { bytes: bytes.subarray(0, end), firstLine: line, tooLong: false };
      line += countLines(bytes.subarray(0, end));
    }
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_LINE) {
      yield { bytes: rest.subarray(0, LONGEST_LINE), firstLine: line, tooLong: true };
      rest = Buffer.alloc(0);
      skipping = true;
    }
  }
  if (rest.length > 0) yield { bytes: rest, firstLine: line, tooLong: false };
}

/** How many line ends there are. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Where the line after the one at the given position begins. */
export function nextLine(bytes: Buffer, position: number): number {
  const end = bytes.indexOf(NEWLINE, position);
  return end === -1 ? bytes.length : end + 1;
}
