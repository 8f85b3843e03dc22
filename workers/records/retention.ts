import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isRecordsFile } from '../../src/records/format/file-names.js';
import type { ResolvedFileSink } from '../../src/records/protocol.js';
import { hasCode } from './sink-failure.js';

/**
 * Deletes closed files that are too old, and the oldest ones while all together are too large.
 *
 * @param open the name of the file that is being written, which stays. @returns how many were deleted.
 */
export function deleteOld(sink: ResolvedFileSink, open: string | null, now: number): number {
  const { directory, keepMs, keepBytes } = sink;
  if (keepMs === Number.POSITIVE_INFINITY && keepBytes === Number.POSITIVE_INFINITY) return 0;
  const files = readdirSync(directory)
    .filter(isRecordsFile)
    .sort()
    .flatMap((name) => sizeOf(directory, name));
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let deleted = 0;
  for (const { name, bytes, changedAt } of files) {
    // Other processes write to files of theirs, which change.
    const isOld = now - changedAt > keepMs;
    if (name === open || (!isOld && total <= keepBytes)) continue;
    if (!isOld && now - changedAt < writingMs) continue;
    if (!remove(join(directory, name))) continue;
    remove(join(directory, `${name}.idx`));
    total -= bytes;
    deleted += 1;
  }
  return deleted;
}

/** A file that changed so shortly ago may be another process's, which still writes to it. */
const writingMs = 60_000;

function sizeOf(directory: string, name: string): { name: string; bytes: number; changedAt: number }[] {
  try {
    const { size, mtimeMs } = statSync(join(directory, name));
    return [{ name, bytes: size, changedAt: mtimeMs }];
  } catch {
    // Another process has deleted it meanwhile.
    return [];
  }
}

/** @returns whether it is gone. Else it is tried again next time. */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    // Another process has deleted it meanwhile.
    return hasCode(error, 'ENOENT');
  }
}
