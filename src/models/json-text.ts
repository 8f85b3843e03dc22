import { decodeText } from './decode-text.js';
import { findJsonFault } from './json-fault.js';

/**
 * Parses a JSON file. A byte order mark at its start, as some editors and PowerShell write it, says its encoding; else it is UTF-8.
 *
 * @throws {SyntaxError} where it is no JSON, or not text of its encoding. Its message says where and why, and quotes nothing of the file.
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
