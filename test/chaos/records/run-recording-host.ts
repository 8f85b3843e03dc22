import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileSinkOptions } from '../../../src/api/records.js';
import { readRecords } from '../../../src/records/read/read-records.js';
import { projectPath } from '../../support/paths.js';

export interface RecordingSpec {
  model: string;
  workers: number;
  sink: Omit<FileSinkOptions, 'directory'>;
  /** It is killed after so many answers. */
  after: number;
  /** And so many microseconds later. */
  spinUs: number;
}

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

/** Runs a host that records and is killed, and reads what it left. */
export async function runRecordingHost(spec: RecordingSpec): Promise<RecordingOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'records-chaos-'));
  try {
    const flushedFile = join(folder, 'flushed.txt');
    const directory = join(folder, 'records');
    const ended = await endOf({ ...spec, sink: { ...spec.sink, directory }, flushedFile });
    const found = await lookAt(directory, flushedFile);
    return ended === null ? found : { ...found, problems: [ended, ...found.problems] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the host ended; null: as it should. */
async function endOf(spec: object): Promise<string | null> {
  const host = fork(projectPath('test/chaos/records/recording-host.mjs'), [JSON.stringify(spec)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let stderr = '';
  host.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let isHung = false;
  const patience = setTimeout(() => {
    isHung = true;
    host.kill('SIGKILL');
  }, 60_000);
  const [code, signal]: unknown[] = await once(host, 'close');
  clearTimeout(patience);
  if (isHung) return 'the host did not come to its end in 60 s';
  return signal === 'SIGKILL' ? null : `the host ended with ${String(signal ?? code)}: ${stderr.slice(0, 300)}`;
}

async function lookAt(directory: string, flushedFile: string): Promise<RecordingOutcome> {
  const problems: string[] = [];
  const ids = new Set<string>();
  const reading = readRecords(directory);
  let next = 0;
  for await (const record of reading) {
    if (record.sequence !== next) problems.push(`record ${record.sequence} came where ${next} should`);
    next = record.sequence + 1;
    if (record.kind !== 'decision') continue;
    const { id = 'none' } = record;
    if (ids.has(id)) problems.push(`${id} is there twice`);
    ids.add(id);
  }
  const { records, files, truncated, lost, damaged, unfinished } = reading.summary;
  if (lost > 0 || damaged > 0) problems.push(`${lost} records are lost and ${damaged} places damaged`);
  if (truncated > 1) problems.push(`${truncated} files are cut`);
  if (records > 0 && unfinished !== 1) problems.push('a run that was killed has an end');
  const flushed = readFileSync(flushedFile, 'utf8').split('\n').slice(0, -1);
  const missing = flushed.filter((id) => !ids.has(id));
  if (missing.length > 0) problems.push(`${missing.length} decisions that were flushed are missing`);
  return { records, flushed: flushed.length, files, truncated, problems: problems.slice(0, 20) };
}
