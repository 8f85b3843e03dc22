import { CsvError, type InfoRecord, type Parser, parse } from 'csv-parse';
import { findColumns } from './find-columns.js';
import { maxRowLength, type RawRow, type RowReader, type WantedColumn } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';

/** In the order of preference, if the header has equally many of them. */
const delimiters = [',', ';', '\t'];

interface Line {
  fields: readonly string[];
  /** The line of the file on which it begins, counted from 1. */
  line: number;
}

/**
 * Reads the rows of a CSV file. Its first line names the columns.
 *
 * @param path the path for messages.
 * @throws {ScoreFileError} if a wanted column is missing, or a quotation mark is in a wrong place.
 */
export async function* readCsv(
  path: string,
  chunks: AsyncIterable<Buffer>,
  wanted: readonly WantedColumn[],
): RowReader<readonly string[]> {
  let places: readonly number[] | null = null;
  let width = 0;
  let number = 0;
  for await (const lines of linesOf(path, chunks)) {
    const rows: RawRow<readonly string[]>[] = [];
    for (const { fields, line } of lines) {
      if (places === null) {
        places = findColumns(path, fields, wanted);
        width = fields.length;
        continue;
      }
      number += 1;
      rows.push(rowOf({ fields, line }, number, places, width));
    }
    yield rows;
  }
  if (places === null)
    throw new ScoreFileError(`${path}: expected a line with the names of the columns, found nothing`);
}

function rowOf(
  { fields, line }: Line,
  number: number,
  places: readonly number[],
  width: number,
): RawRow<readonly string[]> {
  if (fields.length === width) return { number, line, cells: places.map((place) => fields[place] ?? ''), length: 0 };
  const expected = `${width} cells, as the first line has`;
  return { number, line, problem: { column: null, expected, received: String(fields.length) } };
}

async function* linesOf(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  let parser: Parser | null = null;
  const counter = new LineCounter();
  const takeLines = (): Line[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  try {
    for await (const chunk of fromFirstLine(chunks)) {
      parser ??= parserFor(chunk, (fields, parsed) => {
        lines.push({ fields, line: counter.firstLineOf(fields, parsed) });
      });
      await written(parser, chunk);
      yield takeLines();
    }
    if (parser !== null) await written(parser, null);
    yield takeLines();
  } catch (error) {
    if (error instanceof CsvError) throw new ScoreFileError(messageOf(path, error, counter));
    throw error;
  } finally {
    parser?.destroy();
  }
}

/** The same chunks, but the first one contains the whole first line. */
async function* fromFirstLine(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < maxRowLength && !start.includes('\n') && !start.includes('\r')) continue;
    yield start;
    start = null;
  }
  if (start !== null && start.length > 0) yield start;
}

function parserFor(start: Buffer, onLine: (fields: string[], parsed: number) => void): Parser {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(start),
    // By default the parser uses the first line's end for all lines, and leaves the \r of later ones in the last cell.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
    on_record: (fields: string[], { lines }: InfoRecord) => {
      onLine(fields, lines);
      // Nothing is read through the stream interface, because one row at a time would be slow.
      return null;
    },
  });
  // The call that writes to the parser gets the error too.
  return parser.on('error', () => {});
}

function delimiterOf(start: Buffer): string {
  const [line = ''] = start
    .toString('utf8')
    .replace(/"[^"]*"/g, '')
    .split(/[\r\n]/, 1);
  const counts = delimiters.map((delimiter) => line.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Resolves when the parser has parsed the chunk. null ends it. */
function written(parser: Parser, chunk: Buffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject);
    const done = (error?: Error | null): void => {
      // If the chunk is not valid, the event comes later with the same error.
      if (error) reject(error);
      else resolve(void parser.off('error', reject));
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

/**
 * Finds the line on which a row begins. A cell may contain line ends, and the parser counts \r
 *  in a cell as two.
 */
class LineCounter {
  #last = 0;
  #surplus = 0;

  /** @param parsed the number of lines, as the parser counts them. */
  firstLineOf(fields: readonly string[], parsed: number): number {
    const isOneLine = this.lineOf(parsed) === this.#last + 1;
    const ends = isOneLine ? [] : fields.flatMap((field) => field.match(/\r\n|\r|\n/g) ?? []);
    for (const end of ends) this.#surplus += end.length - 1;
    this.#last = this.lineOf(parsed);
    return this.#last - ends.length;
  }

  lineOf(parsed: number): number {
    return parsed - this.#surplus;
  }
}

/** Replaces the parser's own message, which quotes the file. */
function messageOf(path: string, { code, lines }: CsvError, counter: LineCounter): string {
  const line = typeof lines === 'number' ? `, line ${counter.lineOf(lines)}` : '';
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
