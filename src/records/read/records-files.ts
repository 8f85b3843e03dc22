import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRecordsFile, readFileName } from '../format/file-names.js';
import { readFileOf } from './read-file.js';

/**
 * The files to read: those of directories are the ones whose names the writer gives, others are taken as they are. The files of one run
 * follow each other in their order; runs are in the order of their first file. Files whose names somebody has changed are put where their
 * first record belongs.
 *
 * @throws {Error} where a path can't be looked at.
 */
export async function recordsFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) {
      const names = await readdir(path);
      found.push(...names.filter(isRecordsFile).map((name) => join(path, name)));
    } else {
      found.push(path);
    }
  }
  const files: FilePlace[] = [];
  for (const path of new Set(found)) files.push(await placeOf(path));
  const begun = new Map<string, string>();
  for (const { run, time } of files) {
    const first = begun.get(run);
    if (first === undefined || time < first) begun.set(run, time);
  }
  files.sort(
    (a, b) =>
      compare(begun.get(a.run) ?? '', begun.get(b.run) ?? '') ||
      compare(a.run, b.run) ||
      a.part - b.part ||
      a.first - b.first,
  );
  return files.map(({ path }) => path);
}

interface FilePlace {
  path: string;
  /** When it was begun, as text that can be compared. */
  time: string;
  run: string;
  part: number;
  /** The sequence of its first record, where its name does not say the part. */
  first: number;
}

/** Where a file stands among others, by its name or, where somebody gave it another one, by its first record. */
async function placeOf(path: string): Promise<FilePlace> {
  const name = readFileName(basename(path));
  if (name !== null) return { path, ...name, first: 0 };
  const records = readFileOf(path, () => {});
  try {
    const { value, done } = await records.next();
    if (done) return { ...last, path };
    const { run, sequence, at } = value.record;
    const time = at.replace(/[-:]|\.\d+/g, '');
    return { path, time, run, part: Number.MAX_SAFE_INTEGER, first: sequence };
  } catch {
    // It is told when it is its turn.
    return { ...last, path };
  } finally {
    await records.return(undefined);
  }
}

const last = { time: '\uffff', run: '', part: Number.MAX_SAFE_INTEGER, first: 0 };

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
