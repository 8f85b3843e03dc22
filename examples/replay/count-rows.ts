import { openFile } from '../../models/visa-fraud/csv/open-file.js';

const NEWLINE = 0x0a;
/** A larger file, packed or not, is not read a second time just to show how far the replay is. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * How many rows a file has below its header, for the progress bar: the bytes read say little of a packed file of a few hundred
 * kilobytes, which is read at one go. Undefined for a large file, and for one that cannot be read, of which the reader will tell.
 */
export async function countRows(file: string): Promise<number | undefined> {
  try {
    const { content, totalBytes } = await openFile(file);
    if (totalBytes > LARGEST_BYTES) {
      content.destroy();
      return undefined;
    }
    let lines = 0;
    let last = NEWLINE;
    for await (const chunk of content) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
      last = chunk.at(-1) ?? last;
    }
    return Math.max(lines + (last === NEWLINE ? 0 : 1) - 1, 0);
  } catch {
    return undefined;
  }
}
