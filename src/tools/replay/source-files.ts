import { stat } from 'node:fs/promises';
import { recordsFiles } from '../../records/read/records-files.js';
import { reasonOf } from '../score-file/score-file-error.js';

/** A file of records, and how large it was when it was looked at. */
export interface SourceFile {
  path: string;
  bytes: number;
}

/**
 * The files of records among files and directories, in the order in which they are read.
 *
 * @throws {Error} where one is not there, or a directory has none.
 */
export async function sourceFiles(paths: readonly string[]): Promise<SourceFile[]> {
  for (const path of paths) {
    const found = await stat(path).catch((error: unknown) => {
      throw new Error(`${path} can't be read: ${reasonOf(error)}`);
    });
    if (found.isDirectory() && (await recordsFiles([path])).length === 0)
      throw new Error(`${path}: expected files of records, as recordDecisions names them, found none`);
  }
  const files: SourceFile[] = [];
  for (const path of await recordsFiles(paths)) files.push({ path, bytes: (await stat(path)).size });
  return files;
}

/** Whether a name ends as those of files of records do. */
export function isRecordsName(path: string): boolean {
  return /\.(fsr|ndjson|ndjson\.gz)$/.test(path);
}
