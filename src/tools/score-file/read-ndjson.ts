import { describeKind } from '../../validation/issues.js';
import type { Fields } from './json-features.js';
import { findLostFraction } from './lost-fractions.js';
import { maxRowLength, type RawRow, type RowProblem, type RowReader } from './raw-row.js';
import { findRepeatedName } from './repeated-names.js';
import { ScoreFileError } from './score-file-error.js';

type IsInteger = (names: readonly string[]) => boolean;

/**
 * Reads the rows of a file with a JSON object on each line. Empty lines are skipped.
 *
 * @param path the path for messages.
 * @param isInteger whether the path of field names leads to a number that must be an integer; null if there is none.
 * @throws {ScoreFileError} if a line is too long, or the file is empty.
 */
export async function* readNdjson(
  path: string,
  chunks: AsyncIterable<Buffer>,
  isInteger: IsInteger | null = null,
): RowReader<Fields> {
  let number = 0;
  for await (const lines of linesOf(path, chunks)) {
    yield lines.map(({ text, line }): RawRow<Fields> => {
      number += 1;
      const cells = parsed(text);
      const problem = cells === null ? null : problemOf(cells, text, isInteger);
      if (problem !== null) return { number, line, problem };
      if (cells !== null) return { number, line, cells, length: text.length };
      return { number, line, problem: { column: null, expected: 'a JSON object', received: kindOf(text) } };
    });
  }
}

interface Line {
  text: string;
  line: number;
}

async function* linesOf(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  let isEmpty = true;
  for await (const chunk of chunks) {
    isEmpty &&= chunk.length === 0;
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
  if (isEmpty) throw new ScoreFileError(`${path}: expected a JSON object on each line, found an empty file`);
  rest += decoder.decode();
  if (rest.trim() !== '') yield [{ text: rest, line: line + 1 }];
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    // The parser's own message quotes the text.
    return null;
  }
}

/** Problems of a row's text that its parsed value does not show. */
function problemOf(cells: Fields, text: string, isInteger: IsInteger | null): RowProblem | null {
  // If a name occurs twice, the parser keeps only the last value.
  const repeated = findRepeatedName(text, cells);
  if (repeated !== null)
    return { column: columnOf(repeated), expected: 'each name once in an object', received: 'it twice' };
  const rounded = isInteger === null ? null : findLostFraction(text, isInteger);
  if (rounded === null) return null;
  return { column: columnOf(rounded), expected: 'an integer', received: 'a number with a fraction' };
}

function columnOf(names: readonly string[]): string {
  return names.join('.').slice(0, 60);
}

function kindOf(text: string): string {
  try {
    return describeKind(JSON.parse(text));
  } catch {
    return 'text that is not JSON';
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
