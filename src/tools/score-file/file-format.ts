import { basename } from 'node:path';
import { InvalidOptionsError } from '../../errors.js';

export interface FileFormat {
  kind: 'csv' | 'ndjson';
  isGzip: boolean;
}

/** The format, from a file's name. @throws {InvalidOptionsError} if the name does not tell it. */
export function formatOf(option: string, path: string): FileFormat {
  const [, kind, gzip] = /\.(csv|ndjson|jsonl)(\.gz)?$/i.exec(path) ?? [];
  if (kind === undefined) {
    const expected = 'a name that ends in .csv, .ndjson or .jsonl, or in one of these and .gz';
    throw new InvalidOptionsError([{ path: option, expected, received: basename(path) || 'nothing' }]);
  }
  return { kind: kind.toLowerCase() === 'csv' ? 'csv' : 'ndjson', isGzip: gzip !== undefined };
}
