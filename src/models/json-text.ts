import { findJsonFault } from './json-fault.js';

/** How the text begins where its editor marked its encoding: the byte order mark U+FEFF in that encoding. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Parses a JSON file. A byte order mark at its start, as some editors and PowerShell write it, says its encoding; else it is UTF-8.
 *
 * @throws {SyntaxError} where it is no JSON. Its message says where and why, and quotes nothing of the file.
 */
export function parseJsonFile(file: Uint8Array): unknown {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => file[index] === byte));
  // The decoder drops the mark, that of UTF-8 too.
  const text = new TextDecoder(mark?.encoding ?? 'utf-8').decode(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`expected JSON, found a fault at ${placeAndCause(text)}`);
  }
}

function placeAndCause(text: string): string {
  const { line, column, cause } = findJsonFault(text);
  return `line ${line}, column ${column}: ${cause}`;
}
