import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileSinkOptions } from '../../../src/api/records.js';
import { projectPath } from '../../support/paths.js';
import { lookAt, type RecordingOutcome } from './look-at.js';

export interface RecordingSpec {
  model: string;
  workers: number;
  sink: Omit<FileSinkOptions, 'directory'>;
  /** It is killed after so many answers. */
  after: number;
  /** And so many microseconds later. */
  spinUs: number;
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
