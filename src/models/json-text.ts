import { decodeText } from './decode-text.js';
import { findJsonFault } from './json-fault.js';

/**
 * Parses a JSON file. A byte order mark at its start, which some editors and PowerShell write, gives its encoding. Else it is UTF-8.
 *
 * @throws {SyntaxError} if it is not valid JSON, or not valid text. The message says where and why, and quotes nothing of the file.
 */
export function parseJsonFile(file: Uint8Array): unknown {
  const text = decodeText(file);
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
