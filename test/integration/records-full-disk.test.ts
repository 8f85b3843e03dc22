import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordsSummary } from '../../dist/records.js';
import { readRecords } from '../../dist/records.js';
import { projectPath } from '../support/paths.js';

const run = promisify(execFile);
const model = projectPath('models/visa-fraud/1');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'records-disk-'));
  folders.push(made);
  return made;
}

/** Runs a host of test/chaos/records by a shell that has set its limits. `$HOST` runs it. */
async function runHost(script: string, name: string, spec: object, env: Record<string, string> = {}): Promise<string> {
  const host = projectPath(`test/chaos/records/${name}`);
  const { stdout } = await run('bash', ['-ec', script], {
    env: { ...process.env, ...env, NODE: process.execPath, HOST: host, SPEC: JSON.stringify(spec) },
    timeout: 50_000,
  });
  return stdout;
}

/** Whether this user may mount a file system of its own. */
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', tmpdir()], { stdio: 'ignore' }).status === 0;

interface FullDiskReport {
  raised: { rule: string; message: string }[];
  stalled: RecordsSummary['stalled'];
  failed: number;
  dropped: number;
  summary: RecordsSummary;
}

describe.skipIf(!canMount)('recording on a disk that is full', () => {
  it.each(['drop-newest', 'drop-oldest'])(
    'scores on by %s, raises the alert, and records again once there is room',
    async (onFull) => {
      const disk = folder();
      const out = folder();
      const sink = { directory: join(disk, 'records'), maxFileBytes: 1_048_576 };
      const spec = { model, sink, ballast: join(disk, 'ballast'), onFull };
      const mounted = [
        'mount -t tmpfs -o size=32m none "$DISK"',
        'head -c 29360128 /dev/zero > "$DISK/ballast"',
        '"$NODE" "$HOST" "$SPEC"',
        'cp "$DISK"/records/* "$OUT"',
      ].join('\n');
      const env = { MOUNTED: mounted, DISK: disk, OUT: out };
      const stdout = await runHost('unshare -rm bash -ec "$MOUNTED"', 'full-disk-host.mjs', spec, env);
      const { raised, stalled, failed, dropped, summary } = JSON.parse(stdout) as FullDiskReport;
      expect(failed).toBe(0);
      expect(stalled?.reason).toBe('the disk is full (ENOSPC)');
      expect(raised).toContainEqual({ rule: 'records', message: expect.stringContaining('not recorded') });
      expect(dropped).toBeGreaterThan(0);
      expect(summary).toMatchObject({ stalled: null, pending: 0 });
      const reading = readRecords(out);
      let read = 0;
      for await (const { kind } of reading) if (kind === 'decision') read += 1;
      expect(read).toBe(summary.written);
      expect(reading.summary).toMatchObject({ lost: summary.dropped, damaged: 0, truncated: 0, unfinished: 0 });
    },
    60_000,
  );
});

describe.skipIf(process.platform === 'win32')('recording where files may not be large', () => {
  it.each([{ format: 'binary' }, { format: 'ndjson' }])(
    'begins another $format file, and loses nothing, when one can take no more',
    async ({ format }) => {
      const directory = join(folder(), 'records');
      const decisions = format === 'binary' ? 20_000 : 5_000;
      const spec = { model, sink: { directory, format }, decisions };
      // In units of 1,024 bytes.
      const stdout = await runHost('ulimit -f 4096; exec "$NODE" "$HOST" "$SPEC"', 'limited-files-host.mjs', spec);
      const summary = JSON.parse(stdout) as RecordsSummary;
      expect(summary).toMatchObject({ written: decisions, dropped: 0, pending: 0, stalled: null });
      expect(summary.files).toBeGreaterThan(1);
      const reading = readRecords(directory);
      const ids = new Set<string>();
      for await (const record of reading) if (record.kind === 'decision') ids.add(record.id ?? '');
      expect(ids.size).toBe(decisions);
      expect(reading.summary).toMatchObject({ lost: 0, damaged: 0, truncated: 0, unfinished: 0 });
    },
    60_000,
  );
});
