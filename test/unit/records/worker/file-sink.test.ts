import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { headFields } from '../../../../src/records/format/entry-layout.js';
import type { ResolvedFileSink } from '../../../../src/records/protocol.js';
import { readRecords } from '../../../../src/records/read/read-records.js';
import { ringMemory } from '../../../../src/records/ring/ring-memory.js';
import { FileSink } from '../../../../workers/records/file-sink.js';
import { IndexBuilder } from '../../../../workers/records/index-builder.js';
import { LossError } from '../../../../workers/records/sink-failure.js';
import type { DiskFaults } from '../../../support/failing-disk.js';
import { decisionsEntry, someContext, somePolicy, someRun } from '../../../support/record-entries.js';

const disk = vi.hoisted((): DiskFaults => ({ calls: {}, open: new Set() }));
vi.mock('node:fs', async (original) => {
  const { failingDisk } = await import('../../../support/failing-disk.js');
  return failingDisk(await original(), disk);
});

const root = mkdtempSync(join(tmpdir(), 'file-sink-'));
afterAll(() => rmSync(root, { recursive: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'd'));
});
afterEach(() => {
  disk.calls = {};
  vi.restoreAllMocks();
});

const formats = ['binary', 'ndjson'] as const;
const everyHour = { everyMs: 3_600_000 };

function sinkWith(options: Partial<ResolvedFileSink> = {}): FileSink {
  const sink: ResolvedFileSink = {
    ...{ kind: 'files', directory, format: 'binary', gzip: false, maxFileBytes: 2 ** 28, maxFileMs: 3_600_000 },
    ...{ flushMs: 20, fsync: everyHour, keepMs: Number.POSITIVE_INFINITY, keepBytes: Number.POSITIVE_INFINITY },
    ...options,
  };
  const mask = { key: new Uint8Array(), fields: {} };
  const made = new FileSink(sink, { ring: ringMemory(4_096), run: someRun, package: '0.1.0', sink, mask });
  made.addContext(someContext);
  made.addPolicy(somePolicy);
  return made;
}

const fail = (name: keyof DiskFaults['calls'], code: string, times = 1): void => {
  disk.calls[name] = { code, times };
};

const decision = (sequence: number) => decisionsEntry({ sequence, rows: [{ id: `tx-${sequence}` }] });

/** The sequences of all records that readers find, and what else they find. */
async function found(): Promise<{ sequences: number[]; findings: string[] }> {
  const reading = readRecords(directory);
  const sequences: number[] = [];
  for await (const { sequence } of reading) sequences.push(sequence);
  const findings = reading.findings.map(({ what }) => what).filter((what) => what !== 'no-end');
  return { sequences, findings };
}

const names = (extension: string): string[] => readdirSync(directory).filter((name) => name.endsWith(extension));

/** A file of an earlier process that retention may delete. */
function writeOldFile(): string {
  const path = join(directory, '20200101T000000Z-abcdef-000000.fsr');
  writeFileSync(path, 'old');
  utimesSync(path, 1, 1);
  return path;
}

describe('FileSink on a disk that fails', () => {
  it('tells that a file which it gave up was not forced to the disk', async () => {
    const sink = sinkWith();
    sink.write([decision(0)]);
    fail('writevSync', 'EFBIG');
    fail('fsyncSync', 'EIO');
    sink.write([decision(1)]);
    expect(() => sink.sync()).toThrow(LossError);
    expect(() => sink.sync()).not.toThrow();
    sink.close();
    expect(await found()).toEqual({ sequences: [0, 1], findings: [] });
  });

  it('tells the loss at the next tick, too, if no flush comes', () => {
    const sink = sinkWith({ maxFileBytes: 1 });
    sink.write([decision(0)]);
    fail('fsyncSync', 'EIO');
    sink.write([decision(1)]);
    expect(() => sink.tick()).toThrow(LossError);
    expect(() => sink.tick()).not.toThrow();
    sink.close();
  });

  it.each(formats)('takes back what it has encoded of entries of which one cannot be (%s)', async (format) => {
    const sink = sinkWith({ format });
    vi.spyOn(IndexBuilder.prototype, 'add').mockImplementationOnce(() => {
      throw new RangeError('no memory is left');
    });
    expect(() => sink.write([decision(0)])).toThrow('no memory is left');
    sink.write([decision(1)]);
    sink.close();
    expect(await found()).toEqual({ sequences: [1], findings: ['gap'] });
    expect(names('.idx')).toHaveLength(1);
  });

  it('begins no other file for entries that cannot be encoded', () => {
    const sink = sinkWith({ format: 'ndjson' });
    sink.write([decision(0)]);
    const unknown = decision(1);
    unknown.writeUInt32LE(9, headFields.policy);
    expect(() => sink.write([unknown])).toThrow('which is not known');
    expect(sink.counts.files).toBe(1);
    sink.close();
  });

  it.each(formats)('ends a file that has a part of a piece which could not be taken back (%s)', async (format) => {
    const sink = sinkWith({ format });
    sink.write([decision(0)]);
    fail('writevSync', 'EIO');
    fail('ftruncateSync', 'EIO');
    sink.write([decision(1)]);
    sink.write([decision(2)]);
    sink.close();
    expect(await found()).toEqual({ sequences: [0, 1, 2], findings: ['truncated-tail'] });
    expect(names('.idx')).toHaveLength(2);
  });

  it('ends such a file once the disk has room again, if it is full', async () => {
    const sink = sinkWith();
    sink.write([decision(0)]);
    fail('writevSync', 'ENOSPC');
    fail('ftruncateSync', 'EIO');
    expect(() => sink.write([decision(1)])).toThrow('ENOSPC');
    sink.write([decision(1)]);
    sink.close();
    expect(await found()).toEqual({ sequences: [0, 1], findings: ['truncated-tail'] });
  });

  it('leaves no files of which each has a part of a piece alone', async () => {
    const sink = sinkWith();
    // A file's head is written with a call of its own.
    disk.calls = { ftruncateSync: { code: 'EIO', times: 1 }, writevSync: { code: 'EIO', times: 1 } };
    sink.write([decision(0)]);
    expect(names('.fsr')).toHaveLength(1);
    sink.close();
    expect(await found()).toEqual({ sequences: [0], findings: [] });
  });

  it('writes the index and deletes old files though the disk does not confirm a file that it ends', () => {
    const sink = sinkWith({ keepMs: 1_000 });
    sink.write([decision(0)]);
    const old = writeOldFile();
    fail('fsyncSync', 'EIO');
    expect(() => sink.close()).toThrow(LossError);
    expect(names('.idx')).toHaveLength(1);
    expect(() => statSync(old)).toThrow('ENOENT');
    expect(sink.counts.deletedFiles).toBe(1);
  });

  it('deletes old files though there is no room for an index, and tells the failure as none of the records', () => {
    const sink = sinkWith({ keepMs: 1_000, maxFileBytes: 1 });
    sink.write([decision(0)]);
    const old = writeOldFile();
    fail('writeFileSync', 'ENOSPC');
    sink.write([decision(1)]);
    expect(() => statSync(old)).toThrow('ENOENT');
    expect(() => sink.sync()).not.toThrow();
    expect(() => sink.tick()).toThrow('ENOSPC');
    expect(() => sink.tick()).not.toThrow();
    sink.close();
  });

  it('deletes old files when the disk is full, and tries again at once', async () => {
    const sink = sinkWith({ keepMs: 60_000 });
    const old = writeOldFile();
    fail('writevSync', 'ENOSPC');
    sink.write([decision(0)]);
    expect(() => statSync(old)).toThrow('ENOENT');
    fail('writevSync', 'ENOSPC');
    expect(() => sink.write([decision(1)])).toThrow('ENOSPC');
    sink.close();
    expect(await found()).toEqual({ sequences: [0], findings: [] });
  });

  it('keeps the file that is open, however old, when the disk is full', async () => {
    const sink = sinkWith({ keepMs: 1_000, keepBytes: 0 });
    sink.write([decision(0)]);
    const [name = ''] = names('.fsr');
    utimesSync(join(directory, name), 1, 1);
    fail('writevSync', 'ENOSPC');
    expect(() => sink.write([decision(1)])).toThrow('ENOSPC');
    expect(names('.fsr')).toEqual([name]);
    sink.close();
  });

  it('starts on a full disk, and writes once there is room', async () => {
    fail('writevSync', 'ENOSPC', 2);
    const sink = sinkWith();
    expect(() => sink.write([decision(0)])).toThrow('ENOSPC');
    expect(readdirSync(directory)).toEqual([]);
    sink.write([decision(0)]);
    sink.close();
    expect(await found()).toEqual({ sequences: [0], findings: [] });
  });

  it('leaves no file open whose head could not be written, or that it has ended', () => {
    const before = disk.open.size;
    fail('writevSync', 'ENOSPC');
    fail('unlinkSync', 'EACCES');
    const sink = sinkWith({ maxFileBytes: 1 });
    expect(disk.open.size).toBe(before);
    for (const name of readdirSync(directory)) unlinkSync(join(directory, name));
    for (let sequence = 0; sequence < 4; sequence += 1) sink.write([decision(sequence)]);
    expect(disk.open.size).toBe(before + 1);
    sink.close();
    expect(disk.open.size).toBe(before);
  });

  it('counts as deleted only the files that are', () => {
    const sink = sinkWith({ keepMs: 1_000 });
    writeOldFile();
    fail('unlinkSync', 'EACCES');
    sink.close();
    expect(sink.counts.deletedFiles).toBe(0);
  });
});

describe('FileSink whose file is deleted', () => {
  const deleteOpen = (): void => {
    for (const name of readdirSync(directory)) unlinkSync(join(directory, name));
  };

  it.each(formats)('begins another, and tells the loss once (%s)', async (format) => {
    const sink = sinkWith({ format });
    sink.write([decision(0)]);
    sink.sync();
    deleteOpen();
    sink.write([decision(1)]);
    expect(() => sink.tick()).toThrow('was deleted');
    expect(() => sink.sync()).not.toThrow();
    sink.close();
    expect(await found()).toEqual({ sequences: [1], findings: [] });
    expect(names('.idx')).toHaveLength(1);
  });

  it('tells the loss at a flush, though nothing was written since', () => {
    const sink = sinkWith();
    sink.write([decision(0)]);
    deleteOpen();
    expect(() => sink.sync()).toThrow(LossError);
    expect(() => sink.sync()).not.toThrow();
    expect(readdirSync(directory)).toEqual([]);
    sink.close();
  });

  it('loses nothing with one that was empty', async () => {
    const sink = sinkWith();
    deleteOpen();
    sink.sync();
    sink.write([decision(0)]);
    sink.tick();
    sink.close();
    expect(await found()).toEqual({ sequences: [0], findings: [] });
  });

  it('goes on once its directory is there again', async () => {
    const sink = sinkWith();
    rmSync(directory, { recursive: true });
    expect(() => sink.write([decision(0)])).toThrow('ENOENT');
    mkdirSync(directory);
    sink.write([decision(0)]);
    sink.close();
    expect(await found()).toEqual({ sequences: [0], findings: [] });
  });
});

describe('FileSink that leaves forcing to the system', () => {
  it('forces files that it has ended at the next flush, and tells if that fails', () => {
    const sink = sinkWith({ fsync: 'never', maxFileBytes: 1 });
    sink.write([decision(0)]);
    sink.write([decision(1)]);
    // The open one, then the ended one.
    fail('fsyncSync', 'EIO', 2);
    expect(() => sink.sync()).toThrow(LossError);
    expect(disk.calls.fsyncSync?.times).toBe(0);
    fail('fsyncSync', 'EIO', 5);
    expect(() => sink.sync()).toThrow(LossError);
    disk.calls = {};
    expect(() => sink.sync()).not.toThrow();
    fail('fsyncSync', 'EIO');
    expect(() => sink.sync()).not.toThrow();
    sink.close();
  });

  it('has nothing to force of an ended file that was deleted for its age', () => {
    const sink = sinkWith({ fsync: 'never', maxFileBytes: 1 });
    sink.write([decision(0)]);
    const [name = ''] = names('.fsr');
    sink.write([decision(1)]);
    unlinkSync(join(directory, name));
    expect(() => sink.sync()).not.toThrow();
    sink.close();
  });
});
