import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidOptionsError } from '../errors.js';
import { minKeyBytes } from '../records/format/id-hash.js';
import { type SourceFile, sourceFiles } from '../tools/replay/source-files.js';
import { reasonOf } from '../tools/score-file/score-file-error.js';

/**
 * The files of records that a command was given, in the order in which they are read.
 *
 * @throws {InvalidOptionsError} where one is not there, or a directory has none.
 */
export async function givenFiles(paths: readonly string[]): Promise<SourceFile[]> {
  try {
    return await sourceFiles(paths);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return refuse('FILES', 'files or directories of records', error.message);
  }
}

/**
 * What a key file holds.
 *
 * @throws {InvalidOptionsError} where it can't be read, or holds no key that `recordDecisions` takes.
 */
export async function readKeyFile(file: string): Promise<Buffer> {
  const bytes = await readFile(file).catch((error: unknown) =>
    refuse('--key-file', 'a file that can be read', reasonOf(error)),
  );
  if (bytes.length < minKeyBytes || bytes.toString('latin1').trim() === '') {
    const length = `${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
    refuse('--key-file', `a file with a key of at least ${minKeyBytes} bytes`, `a file of ${length}`);
  }
  return bytes;
}

/** Where a file is, whatever path to its folder was given: a file that is written there takes the place of this one. */
export function placeOf(path: string): string {
  const full = resolve(path);
  try {
    return join(realpathSync(dirname(full)), basename(full));
  } catch {
    // There is no such folder: writing says so.
    return full;
  }
}

export function refuse(path: string, expected: string, received: string): never {
  throw new InvalidOptionsError([{ path, expected, received }]);
}
