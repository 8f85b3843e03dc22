import { CsvError, type InfoRecord, type Parser, parse } from 'csv-parse';
import { findColumns } from './find-columns.js';
import { maxRowLength, type RawRow, type RowReader, type WantedColumn } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';

/** In the order in which they are chosen where the header has equally many of them. */
const delimiters = [',', ';', '\t'];

interface Line {
  fields: readonly string[];
  /** The line of the file on which it ends. */
  lastLine: number;
}

/**
 * Reads the rows of a CSV file, whose first line names its columns.
 *
 * @param path for messages.
 * @throws {ScoreFileError} where a wanted column is missing, or there is a quotation mark in a wrong place.
 */
export async function* readCsv(
  path: string,
  chunks: AsyncIterable<Buffer>,
  wanted: readonly WantedColumn[],
): RowReader {
  let places: readonly number[] | null = null;
  let width = 0;
  let number = 0;
  for await (const lines of linesOf(path, chunks)) {
    const rows: RawRow[] = [];
    for (const { fields, lastLine } of lines) {
      if (places === null) {
        places = findColumns(path, fields, wanted);
        width = fields.length;
        continue;
      }
      number += 1;
      rows.push({ number, line: firstLineOf(fields, lastLine), cells: cellsOf(fields, places, width) });
    }
    yield rows;
  }
  if (places === null)
    throw new ScoreFileError(`${path}: expected a line with the names of the columns, found nothing`);
}

function cellsOf(fields: readonly string[], places: readonly number[], width: number): RawRow['cells'] {
  if (fields.length === width) return places.map((place) => fields[place]);
  return { column: null, expected: `${width} cells, as the first line has`, received: String(fields.length) };
}

async function* linesOf(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  let parser: Parser | null = null;
  const takeLines = (): Line[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  try {
    for await (const chunk of chunks) {
      parser ??= parserFor(chunk, (line) => lines.push(line));
      await written(parser, chunk);
      yield takeLines();
    }
    if (parser !== null) await written(parser, null);
    yield takeLines();
  } catch (error) {
    if (error instanceof CsvError) throw new ScoreFileError(messageOf(path, error));
    throw error;
  } finally {
    parser?.destroy();
  }
}

function parserFor(start: Buffer, onLine: (line: Line) => void): Parser {
  return parse({
    bom: true,
    delimiter: delimiterOf(start),
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
    on_record: (fields: string[], { lines }: InfoRecord) => {
      onLine({ fields, lastLine: lines });
      // Nothing goes through the stream: a row at a time would be slow.
      return null;
    },
  });
}

function delimiterOf(start: Buffer): string {
  const line = start.toString('utf8').split(/[\r\n]/, 1)[0] ?? '';
  const counts = delimiters.map((delimiter) => line.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Resolves when the parser has parsed the chunk; null ends it. */
function written(parser: Parser, chunk: Buffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject);
    const done = (error?: Error | null): void => {
      parser.off('error', reject);
      if (error) reject(error);
      else resolve();
    };
    if (chunk !== null) {
      parser.write(chunk, done);
      return;
    }
    parser.once('end', done);
    parser.resume();
    parser.end();
  });
}

/** A cell may hold line ends. */
function firstLineOf(fields: readonly string[], lastLine: number): number {
  let line = lastLine;
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) line -= 1;
  }
  return line;
}

/** Not the parser's own words, which quote the file. */
function messageOf(path: string, { code, lines }: CsvError): string {
  const line = typeof lines === 'number' ? `, line ${lines}` : '';
  const what = problems[code] ?? `the rules of CSV are broken (${code})`;
  return `${path}${line}: ${what}`;
}

const problems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is opened here or before, and never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'expected the end of a cell after a closing quotation mark (one inside a cell is written twice)',
  INVALID_OPENING_QUOTE:
    'a quotation mark in a cell that does not begin with one (write the cell in quotation marks, and those inside twice)',
  CSV_MAX_RECORD_SIZE: `a row of more than ${maxRowLength / 2 ** 20} million characters; is a quotation mark not closed?`,
};
