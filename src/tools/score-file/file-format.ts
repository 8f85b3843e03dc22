import { basename } from 'node:path';
import { InvalidOptionsError } from '../../errors.js';

export interface FileFormat {
  kind: 'csv' | 'ndjson';
  isGzip: boolean;
}

/** The format that a file's name says. @throws {InvalidOptionsError} where it says none. */
export function formatOf(option: string, path: string): FileFormat {
  const [, kind, gzip] = /\.(csv|ndjson|jsonl)(\.gz)?$/i.exec(path) ?? [];
  if (kind === undefined) {
    const expected = 'a name that ends in .csv, .ndjson or .jsonl, or in one of these and .gz';
    throw new InvalidOptionsError([{ path: option, expected, received: basename(path) || 'nothing' }]);
  }
  return { kind: kind.toLowerCase() === 'csv' ? 'csv' : 'ndjson', isGzip: gzip !== undefined };
}
