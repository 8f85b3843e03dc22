import { readFileSync } from 'node:fs';
import { readFileOf } from '../../../src/records/read/read-file.js';
import { readRecords } from '../../../src/records/read/read-records.js';
import { recordsFiles } from '../../../src/records/read/records-files.js';

export interface RecordingOutcome {
  /** Records that are in the files. */
  records: number;
  /** Decisions whose flush had resolved before the kill. */
  flushed: number;
  files: number;
  /** Files that end inside a record. */
  truncated: number;
  /** What should not be. */
  problems: string[];
}

/** At most so many problems are listed. */
const mostListed = 20;

/**
 * Checks the records that a killed host has left.
 *
 * @param flushedFile the ids that the host had flushed, one a line.
 */
export async function lookAt(directory: string, flushedFile: string): Promise<RecordingOutcome> {
  const problems = await repeatedIn(directory);
  const ids = new Set<string>();
  const reading = readRecords(directory);
  let next = 0;
  for await (const record of reading) {
    if (record.sequence !== next) problems.push(`record ${record.sequence} came where ${next} should`);
    next = record.sequence + 1;
    if (record.kind !== 'decision') continue;
    const { id = 'none' } = record;
    if (ids.has(id)) problems.push(`the decision of ${id} is there twice`);
    ids.add(id);
  }
  const { records, files, truncated, lost, damaged, unfinished } = reading.summary;
  if (lost > 0 || damaged > 0) problems.push(`${lost} records are lost and ${damaged} places damaged`);
  if (truncated > 1) problems.push(`${truncated} files are cut`);
  if (records > 0 && unfinished !== 1) problems.push('a run that was killed has an end');
  const flushed = readFileSync(flushedFile, 'utf8').split('\n').slice(0, -1);
  const missing = flushed.filter((id) => !ids.has(id));
  if (missing.length > 0) problems.push(`${missing.length} decisions that were flushed are missing`);
  return { records, flushed: flushed.length, files, truncated, problems: problems.slice(0, mostListed) };
}

/** Reads each file by itself, because `readRecords` leaves out a record that it has read already. */
async function repeatedIn(directory: string): Promise<string[]> {
  const problems: string[] = [];
  const seen = new Set<number>();
  for (const file of await recordsFiles([directory])) {
    for await (const { record } of readFileOf(file, () => {})) {
      if (seen.has(record.sequence)) problems.push(`record ${record.sequence} is there twice`);
      seen.add(record.sequence);
    }
  }
  return problems;
}
