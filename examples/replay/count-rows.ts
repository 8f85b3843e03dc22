import { openFile } from '../../models/visa-fraud/csv/open-file.js';

const NEWLINE = 0x0a;
/** A larger file is not read a second time only for the progress bar. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * The number of rows below the header, for the progress bar. The number of bytes read is not enough, because a small packed file is read in
 * one piece. Undefined for a large file, and for a file that cannot be read, which the reader will report.
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
