import type { Transaction } from '../transaction.js';
import { BadRowError } from './bad-row-error.js';
import { type BadField, type Columns, readHeader } from './header.js';
import { InputFileError } from './input-file-error.js';
import { LONGEST_LINE, lineBlocks } from './line-blocks.js';
import { openFile } from './open-file.js';
import { parseBlock, type Row } from './parse-block.js';
import { isBadField, readRow } from './read-row.js';

export interface ReadOptions {
  /** Called for each row that cannot be read, which is then left out. Without it, the first such row is thrown. */
  onBadRow?: (error: BadRowError) => void;
  /** Called now and then with the bytes read of the file, packed as they may be, and with all of them. */
  onProgress?: (bytesRead: number, totalBytes: number) => void;
}

const BROKEN_QUOTES: BadField = {
  column: 'row',
  expected: 'a line whose quotes are closed, and doubled within quotes',
  received: 'broken quotes',
};
const TOO_LONG: BadField = {
  column: 'row',
  expected: `a line of at most ${LONGEST_LINE} bytes`,
  received: 'a longer one',
};

/**
 * The transactions of a CSV file, packed with gzip or not, one at a time: memory does not grow with the file.
 *
 * The first line is a header with transaction_id, timestamp, customer_id, terminal_id, amount and optionally is_fraud
 * (1, 0 or nothing; without the column no label is known), in any order; other columns are ignored, and so are blank
 * lines. A row is one line, and rows are in time order.
 *
 * @throws InputFileError if the file is missing or cannot be read
 * @throws BadRowError for the first row that cannot be read, unless `onBadRow` is given; for a bad header or a damaged
 *   gzip file in any case, as nothing can be read from there on
 */
export async function* readTransactions(
  file: string,
  options: ReadOptions = {},
): AsyncGenerator<Transaction, void, undefined> {
  const { content, bytesRead, totalBytes } = await openFile(file);
  const onBadRow = options.onBadRow ?? rethrow;
  let columns: Columns | undefined;
  let previousMs = Number.NEGATIVE_INFINITY;
  let line = 0;
  const badRow = (at: number, field: BadField) => new BadRowError({ file, line: at, ...field });
  try {
    for await (const block of lineBlocks(content)) {
      const rows = block.tooLong ? [{ line: block.firstLine, fields: undefined }] : await parseBlock(block);
      options.onProgress?.(bytesRead(), totalBytes);
      for (const row of rows) {
        line = row.line;
        if (columns === undefined) {
          const header = readFirst(row, block.tooLong);
          if (isBadField(header)) throw badRow(line, header);
          columns = header;
          continue;
        }
        const read = row.fields === undefined ? broken(block.tooLong) : readRow(row.fields, columns, previousMs);
        if (isBadField(read)) {
          onBadRow(badRow(line, read));
          continue;
        }
        previousMs = read.timestampMs;
        yield read;
      }
    }
    if (columns === undefined) throw badRow(1, { column: 'header', expected: 'a header', received: 'an empty file' });
  } catch (error) {
    const damage = damageOf(error);
    if (damage !== undefined) throw badRow(line + 1, damage);
    throw isSystemError(error) ? new InputFileError(file, error) : error;
  } finally {
    content.destroy();
  }
}

function rethrow(error: BadRowError): void {
  throw error;
}

function readFirst(row: Row, tooLong: boolean): Columns | BadField {
  return row.fields === undefined ? broken(tooLong) : readHeader(row.fields);
}

function broken(tooLong: boolean): BadField {
  return tooLong ? TOO_LONG : BROKEN_QUOTES;
}

function damageOf(error: unknown): BadField | undefined {
  const code = codeOf(error);
  if (code === undefined || !code.startsWith('Z_')) return undefined;
  const received = code === 'Z_BUF_ERROR' ? 'one that ends too early' : 'a damaged one';
  return { column: 'row', expected: 'a whole gzip file', received };
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && codeOf(error) !== undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
