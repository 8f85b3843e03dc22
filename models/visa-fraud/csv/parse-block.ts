import { once } from 'node:events';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { countLines, type LineBlock, nextLine } from './line-blocks.js';

/** A line's fields, or undefined where its quotes make no sense. */
export interface Row {
  line: number;
  fields: readonly string[] | undefined;
}

/**
 * The rows of a block of whole lines. Each block has a parser of its own: a quote left open in one row would make one parser
 * swallow all that follows. Here it costs its own line, and the next line starts afresh.
 */
export async function parseBlock(block: LineBlock): Promise<Row[]> {
  const rows: Row[] = [];
  let { bytes } = block;
  let firstLine = block.firstLine;
  while (bytes.length > 0) {
    const brokenAt = await parseLines(bytes, firstLine, rows);
    if (brokenAt === undefined) break;
    const line = firstLine + countLines(bytes.subarray(0, brokenAt));
    rows.push({ line, fields: undefined });
    bytes = bytes.subarray(nextLine(bytes, brokenAt));
    firstLine = line + 1;
  }
  return rows;
}

/** Adds the rows up to the first whose quotes are broken, and returns where that one begins. */
async function parseLines(bytes: Buffer, firstLine: number, rows: Row[]): Promise<number | undefined> {
  let goodUntil = 0;
  let broken = false;
  const parser = parse({
    bom: firstLine === 1,
    relax_column_count: true,
    skip_empty_lines: true,
    on_record: (fields: string[], context: InfoRecord) => {
      // A row is one line: a field with a line end in it comes of a quote left open.
      broken ||= fields.some((field) => field.includes('\n'));
      if (!broken) {
        goodUntil = context.bytes;
        rows.push({ line: firstLine + context.lines - 1, fields });
      }
      return null;
    },
  });
  try {
    const ended = once(parser.resume(), 'end');
    parser.end(bytes);
    await ended;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    broken = true;
  }
  return broken ? skipBlankLines(bytes, goodUntil) : undefined;
}

function skipBlankLines(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
}
