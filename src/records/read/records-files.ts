import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How records lie in a file. */
export type RecordsFormat = 'binary' | 'ndjson' | 'ndjson.gz';

/** A file of records. */
export interface RecordsFile {
  path: string;
  format: RecordsFormat;
  bytes: number;
}

const endings: readonly (readonly [ending: string, format: RecordsFormat])[] = [
  ['.fsr', 'binary'],
  ['.ndjson', 'ndjson'],
  ['.ndjson.gz', 'ndjson.gz'],
];

/** What a file holds by its name; null where it is none of records. */
export function recordsFormatOf(name: string): RecordsFormat | null {
  return endings.find(([ending]) => name.endsWith(ending))?.[1] ?? null;
}

/**
 * The files of records among files and directories: those of a directory in the order of their names, which is that of their times.
 *
 * @throws {Error} where one is not there, or a file is none of records by its name.
 */
export async function recordsFiles(paths: readonly string[]): Promise<RecordsFile[]> {
  const files: RecordsFile[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null) throw new Error(`${path}: there is no such file or directory`);
    if (found.isDirectory()) {
      const names = (await readdir(path)).filter((name) => recordsFormatOf(name) !== null).sort();
      if (names.length === 0)
        throw new Error(`${path}: expected files that end in .fsr, .ndjson or .ndjson.gz, found none`);
      files.push(...(await recordsFiles(names.map((name) => join(path, name)))));
      continue;
    }
    const format = recordsFormatOf(path);
    if (format === null) throw new Error(`${path}: expected a file that ends in .fsr, .ndjson or .ndjson.gz`);
    files.push({ path, format, bytes: found.size });
  }
  return files;
}
