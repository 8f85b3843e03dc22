import { describeKind } from '../../validation/issues.js';
import { missingColumns } from './find-columns.js';
import { maxRowLength, type RawRow, type RowReader, type WantedColumn } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the rows of a file with a JSON object on each line: fields by the names of columns, or requests as `score` takes them, whose
 * features lie in `features`.
 *
 * @param path for messages.
 * @throws {ScoreFileError} where no row has a wanted column.
 */
export async function* readNdjson(
  path: string,
  chunks: AsyncIterable<Buffer>,
  wanted: readonly WantedColumn[],
): RowReader {
  const unseen = new Set(wanted.keys());
  let names: readonly string[] = [];
  let number = 0;
  for await (const lines of linesOf(path, chunks)) {
    const rows: RawRow[] = [];
    for (const { text, line } of lines) {
      number += 1;
      const fields = parsed(text);
      if (fields === null) {
        rows.push({ number, line, cells: { column: null, expected: 'a JSON object', received: kindOf(text) } });
        continue;
      }
      if (number === 1) names = namesOf(fields);
      const cells = wanted.map((column) => cellOf(fields, column));
      if (unseen.size > 0) for (const place of unseen) if (cells[place] !== undefined) unseen.delete(place);
      rows.push({ number, line, cells });
    }
    yield rows;
  }
  // Where the model takes missing values, a misspelt name would be a missing value in all rows.
  const [first] = unseen;
  if (number === 0 || first === undefined) return;
  const missing = [...unseen].map((place) => wanted[place]?.name ?? '');
  throw new ScoreFileError(missingColumns(path, missing, names, wanted));
}

interface Line {
  text: string;
  line: number;
}

async function* linesOf(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const chunk of chunks) {
    const texts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = texts.pop() ?? '';
    if (rest.length > maxRowLength) {
      throw new ScoreFileError(
        `${path}, line ${line + texts.length + 1}: a line of more than ${maxRowLength / 2 ** 20} million characters`,
      );
    }
    const lines = texts.map((text) => {
      line += 1;
      return { text, line };
    });
    yield lines.filter(({ text }) => text.trim() !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield [{ text: rest, line: line + 1 }];
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    // The parser's own words quote what it read.
    return null;
  }
}

function kindOf(text: string): string {
  try {
    return describeKind(JSON.parse(text));
  } catch {
    return 'text that is not JSON';
  }
}

function cellOf(fields: Fields, { name, input, place, feature }: WantedColumn): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  if (input === null) return undefined;
  const features = isFields(fields.features) ? fields.features : fields;
  if (Object.hasOwn(features, name)) return features[name];
  const values: unknown = Object.hasOwn(features, input) ? features[input] : undefined;
  if (Array.isArray(values)) return values[place];
  return isFields(values) && feature !== null && Object.hasOwn(values, feature) ? values[feature] : undefined;
}

/** Names that may have been meant. */
function namesOf(fields: Fields): string[] {
  const nested = isFields(fields.features) ? Object.keys(fields.features) : [];
  return [...Object.keys(fields), ...nested];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
