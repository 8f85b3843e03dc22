import { stat } from 'node:fs/promises';
import { recordsFiles } from '../../records/read/records-files.js';
import { reasonOf } from '../score-file/score-file-error.js';

/** A file of records, and how large it was when it was looked at. */
export interface SourceFile {
  path: string;
  bytes: number;
}

const whatToGive = 'give the directory that recordDecisions writes to, or files in it';

/**
 * The files of records among files and directories, in the order in which they are read.
 *
 * @throws {Error} where one is not there, or a directory has none: its message says which, and what to do.
 */
export async function sourceFiles(paths: readonly string[]): Promise<SourceFile[]> {
  for (const path of paths) {
    const found = await stat(path).catch((error: unknown) => {
      throw new Error(`${path}, which can't be read (${reasonOf(error)}): ${whatToGive}`);
    });
    if (found.isDirectory() && (await recordsFiles([path])).length === 0)
      throw new Error(`${path}, a directory with no files of records: ${whatToGive}`);
  }
  const files: SourceFile[] = [];
  for (const path of await recordsFiles(paths)) files.push({ path, bytes: (await stat(path)).size });
  return files;
}

/** Whether a name ends as those of files of records do. */
export function isRecordsName(path: string): boolean {
  return /\.(fsr|ndjson|ndjson\.gz)$/.test(path);
}
