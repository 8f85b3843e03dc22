import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { DecisionLogRecord } from '../../../../src/api/records.js';
import { InvalidOptionsError } from '../../../../src/errors.js';
import { frameHead, frameKinds } from '../../../../src/records/format/frames.js';
import { readEntries } from '../../../../src/records/read/read-entries.js';
import { type RecordsReading, readRecords } from '../../../../src/records/read/read-records.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import {
  columnsEntry,
  decisionsEntry,
  endEntry,
  filePieces,
  outcomeEntry,
  type SomeFile,
  someRun,
} from '../../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'records-read-'));
afterAll(() => rmSync(root, { recursive: true }));

let directories = 0;

/** A new directory with these files. */
function directoryOf(files: Record<string, Buffer>): string {
  directories += 1;
  const directory = mkdtempSync(join(root, `${directories}-`));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
  return directory;
}

async function all(reading: RecordsReading): Promise<DecisionLogRecord[]> {
  const records: DecisionLogRecord[] = [];
  for await (const record of reading) records.push(record);
  return records;
}

const nameOf = (part: number, extension: string, run = someRun): string =>
  `20231114T22132${part}Z-${run}-00000${part}.${extension}`;

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `id ${index}` }));

function bytesOf(entries: readonly Buffer[], file: SomeFile = {}): Buffer {
  return Buffer.concat(filePieces(entries, file).pieces);
}

const everyKind = [
  decisionsEntry({ sequence: 0, rows: rows(3) }),
  outcomeEntry(3, { id: 'id 0', isFraud: true, matched: true }),
  columnsEntry(4, 1_000),
  decisionsEntry({ sequence: 5, rows: [{ id: 'late', decidedBy: 2, error: 1, decision: 1 }], hasFeatures: false }),
  endEntry(6),
];

const forms = [
  { extension: 'fsr', file: () => ({}) },
  { extension: 'ndjson', file: () => ({ encoder: new LineEncoder(false) }) },
  { extension: 'ndjson.gz', file: () => ({ encoder: new LineEncoder(true), entriesAPiece: 2 }) },
];

describe('readRecords', () => {
  it.each(forms)('reads every kind of record of a $extension file', async ({ extension, file }) => {
    const reading = readRecords(directoryOf({ [nameOf(0, extension)]: bytesOf(everyKind, file()) }));
    const records = await all(reading);
    expect(records.map(({ kind }) => kind)).toEqual([
      ...['decision', 'decision', 'decision'],
      ...['outcome', 'columns', 'decision', 'end'],
    ]);
    expect(records.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(records[5]).toMatchObject({
      decidedBy: 'fallback',
      fraudProbability: null,
      fallback: { error: 'ERR_DEADLINE_EXCEEDED' },
    });
    expect(reading.findings).toEqual([]);
    expect(reading.summary).toEqual({
      files: 1,
      records: 7,
      lost: 0,
      damaged: 0,
      truncated: 0,
      runs: 1,
      unfinished: 0,
    });
  });

  it('gives the same records in each form', async () => {
    const [binary, lines, zipped] = await Promise.all(
      forms.map(({ extension, file }) =>
        all(readRecords(directoryOf({ [nameOf(0, extension)]: bytesOf(everyKind, file()) }))),
      ),
    );
    expect(lines).toEqual(binary);
    expect(zipped).toEqual(binary);
  });

  it('reads the files of a run in their order, wherever their names have been changed', async () => {
    const parts = [0, 3, 6].map((sequence) => decisionsEntry({ sequence, rows: rows(3) }));
    const bytes = parts.map((entry, part) => bytesOf([entry], { part }));
    const directory = directoryOf({
      'c.fsr': bytes[0] as Buffer,
      'a.fsr': bytes[1] as Buffer,
      'b.fsr': bytes[2] as Buffer,
    });
    const reading = readRecords(['a.fsr', 'b.fsr', 'c.fsr'].map((name) => join(directory, name)));
    expect((await all(reading)).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(reading.summary).toMatchObject({ lost: 0, damaged: 0 });
  });

  it('leaves other files of a directory alone', async () => {
    const bytes = bytesOf([decisionsEntry({ sequence: 0, rows: rows(1) })]);
    const directory = directoryOf({
      [nameOf(0, 'fsr')]: bytes,
      [`${nameOf(0, 'fsr')}.idx`]: Buffer.from('index'),
      'notes.txt': Buffer.from('a note'),
    });
    const reading = readRecords(directory);
    expect(await all(reading)).toHaveLength(1);
    expect(reading.summary).toMatchObject({ files: 1, damaged: 0 });
  });

  it('tells how many records are missing between others, and at the end of a run', async () => {
    const entries = [0, 5].map((sequence) => decisionsEntry({ sequence, rows: rows(2) }));
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytesOf([...entries, endEntry(14, 10)]) }));
    await all(reading);
    expect(reading.findings).toMatchObject([
      { what: 'gap', run: someRun, from: 2, lost: 3 },
      { what: 'gap', run: someRun, from: 7, lost: 7 },
    ]);
    expect(reading.summary).toMatchObject({ lost: 10, damaged: 0, unfinished: 0 });
  });

  it('counts a file that is missing between others as lost, and one that was deleted before them not', async () => {
    const file = (sequence: number, part: number): Buffer =>
      bytesOf([decisionsEntry({ sequence, rows: rows(2) })], { part });
    const between = readRecords(directoryOf({ [nameOf(0, 'fsr')]: file(0, 0), [nameOf(2, 'fsr')]: file(4, 2) }));
    await all(between);
    expect(between.summary).toMatchObject({ lost: 2 });
    const before = readRecords(directoryOf({ [nameOf(1, 'fsr')]: file(2, 1), [nameOf(2, 'fsr')]: file(4, 2) }));
    await all(before);
    expect(before.summary).toMatchObject({ lost: 0 });
  });

  it('tells of a run without an end', async () => {
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytesOf(everyKind.slice(0, 2)) }));
    await all(reading);
    expect(reading.findings).toMatchObject([{ what: 'no-end', run: someRun }]);
  });

  it('gives a record once that a full disk left there twice', async () => {
    const entry = decisionsEntry({ sequence: 0, rows: rows(3) });
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytesOf([entry, entry, endEntry(3)]) }));
    expect(await all(reading)).toHaveLength(4);
    expect(reading.findings).toEqual([]);
  });

  it('reads on behind a piece of a frame that a full disk left there', async () => {
    const { pieces } = filePieces([decisionsEntry({ sequence: 0, rows: rows(3) }), endEntry(3)]);
    const part = pieces[3]?.subarray(0, 77) as Buffer;
    const bytes = Buffer.concat([...pieces.slice(0, 3), part, ...pieces.slice(3)]);
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytes }));
    expect(await all(reading)).toHaveLength(4);
    expect(reading.findings).toMatchObject([{ what: 'damaged', bytes: 77 }]);
  });

  it('takes zeros at the end, which a machine without power leaves, for a cut end', async () => {
    const bytes = Buffer.concat([bytesOf(everyKind), Buffer.alloc(5_000)]);
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytes }));
    expect(await all(reading)).toHaveLength(7);
    expect(reading.findings).toMatchObject([{ what: 'truncated-tail', bytes: 5_000 }]);
  });

  it('reads files that were joined', async () => {
    const other = 'fedcba9876543210';
    const bytes = Buffer.concat([bytesOf(everyKind), bytesOf(everyKind, { run: other })]);
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytes }));
    expect(new Set((await all(reading)).map(({ run }) => run))).toEqual(new Set([someRun, other]));
    expect(reading.summary).toMatchObject({ records: 14, runs: 2, damaged: 0 });
  });

  it('tells of a format that it does not know, and reads the other files', async () => {
    const text = Buffer.from(JSON.stringify({ format: 2, run: 'x', part: 0 }).padEnd(64));
    const header = Buffer.concat([frameHead(text, frameKinds.header), text]);
    const line = Buffer.from('{"schema":2,"kind":"decision"}\n');
    const directory = directoryOf({
      [nameOf(0, 'fsr')]: header,
      [nameOf(1, 'ndjson')]: line,
      [nameOf(2, 'fsr')]: bytesOf(everyKind),
    });
    const reading = readRecords(directory);
    expect(await all(reading)).toHaveLength(7);
    expect(reading.findings.filter(({ what }) => what === 'unknown-format')).toMatchObject([
      { found: '2' },
      { found: '2' },
    ]);
  });

  it('tells of files that are none of records, and of those that cannot be opened', async () => {
    const directory = directoryOf({
      'x.fsr': Buffer.from('nothing of the kind'),
      'y.ndjson.gz': Buffer.from('no gzip'),
    });
    const reading = readRecords(['x.fsr', 'y.ndjson.gz'].map((name) => join(directory, name)));
    expect(await all(reading)).toEqual([]);
    expect(reading.summary).toMatchObject({ files: 2, damaged: 2 });
    await expect(all(readRecords(join(directory, 'none')))).rejects.toThrow('ENOENT');
  });

  it('gives null in the place of what the mask removed', async () => {
    const mask = { '/features/X/1': 'remove', '/id': 'hash' } as const;
    const bytes = bytesOf([decisionsEntry({ sequence: 0, rows: rows(1) })], { mask });
    const [record] = await all(readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytes })));
    expect(record).toMatchObject({ features: { X: [1, null], n: ['3'] }, masked: ['/features/X/1'] });
  });

  it('reads a gzip file of one large member, as other programs make it', async () => {
    const lines = bytesOf(everyKind, { encoder: new LineEncoder(false) });
    const reading = readRecords(directoryOf({ [nameOf(0, 'ndjson.gz')]: gzipSync(lines) }));
    expect(await all(reading)).toHaveLength(7);
    expect(reading.findings).toEqual([]);
  });

  it('tells of a cut line at the end of a gzip file that is whole itself', async () => {
    const lines = bytesOf(everyKind, { encoder: new LineEncoder(false) });
    const reading = readRecords(directoryOf({ [nameOf(0, 'ndjson.gz')]: gzipSync(lines.subarray(0, -5)) }));
    expect(await all(reading)).toHaveLength(6);
    expect(reading.findings).toMatchObject([{ what: 'truncated-tail', byte: 0 }, { what: 'no-end' }]);
  });

  it('tells once of a gzip file whose last member is cut inside a line', async () => {
    const lines = gzipSync(bytesOf(everyKind, { encoder: new LineEncoder(false) }));
    const reading = readRecords(directoryOf({ [nameOf(0, 'ndjson.gz')]: lines.subarray(0, -40) }));
    await all(reading);
    expect(reading.summary).toMatchObject({ truncated: 1, damaged: 0 });
  });

  it('tells of a file that cannot be read, and reads the others', async () => {
    const directory = directoryOf({ [nameOf(1, 'fsr')]: bytesOf(everyKind, { part: 1 }) });
    mkdirSync(join(directory, nameOf(0, 'fsr')));
    const reading = readRecords(directory);
    expect(await all(reading)).toHaveLength(7);
    expect(reading.findings).toMatchObject([{ what: 'unreadable', reason: 'EISDIR', byte: 0 }]);
  });

  it.each([
    [undefined, undefined, 'paths', 'nothing'],
    [null, undefined, 'paths', 'null'],
    ['', undefined, 'paths', '""'],
    [[], undefined, 'paths', 'an empty array'],
    [['some', 3], undefined, 'paths[1]', '3'],
    [['some', ''], undefined, 'paths[1]', '""'],
    ['some', null, 'options', 'null'],
    ['some', { onFinding: 'told' }, 'onFinding', '"told"'],
    ['some', { onFindings: () => {} }, 'onFindings', 'an unknown field (did you mean onFinding?)'],
  ])('refuses the arguments %j, %j by the name of %s', (paths, options, path, received) => {
    const read = (): unknown => readRecords(paths as never, options as never);
    expect(read).toThrow(InvalidOptionsError);
    expect(read).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path, received })] }));
  });

  it('gives what stands behind a sequence number that somebody has changed', async () => {
    const file = { encoder: new LineEncoder(false) };
    const text = bytesOf(everyKind, file).toString().replace('"sequence":1,', '"sequence":900,');
    const reading = readRecords(directoryOf({ [nameOf(0, 'ndjson')]: Buffer.from(text) }));
    expect((await all(reading)).map(({ sequence }) => sequence)).toEqual([0, 900, 2, 3, 4, 5, 6]);
    // 1, and 7 to 899.
    expect(reading.summary.lost).toBe(1 + 893);
  });

  it('gives the records of a run whose files have other names in another order, each once', async () => {
    const early = bytesOf([decisionsEntry({ sequence: 0, rows: rows(3) })]);
    const late = bytesOf([decisionsEntry({ sequence: 3, rows: rows(2) }), endEntry(5)]);
    const directory = directoryOf({ 'b.fsr': late, 'a.fsr': early, 'c.fsr': late });
    const reading = readRecords(['b.fsr', 'c.fsr', 'a.fsr'].map((name) => join(directory, name)));
    expect((await all(reading)).map(({ sequence }) => sequence).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(reading.summary.lost).toBe(0);
  });

  it('leaves a file when its reader stops early', async () => {
    const reading = readRecords(directoryOf({ [nameOf(0, 'fsr')]: bytesOf(everyKind) }));
    for await (const record of reading) {
      expect(record.sequence).toBe(0);
      break;
    }
    expect((await reading.next()).done).toBe(true);
  });
});

describe('readEntries', () => {
  it('gives entries byte by byte as they were written, with what reads them', async () => {
    const directory = directoryOf({ 'some.fsr': bytesOf(everyKind) });
    const found: Buffer[] = [];
    for await (const { entry, reader } of readEntries(join(directory, 'some.fsr'))) {
      found.push(entry);
      expect(reader.header.run).toBe(someRun);
      expect([...reader.records(entry)].length).toBeGreaterThan(0);
    }
    expect(found.map((entry) => entry.equals(everyKind[found.indexOf(entry)] as Buffer))).toEqual(Array(5).fill(true));
  });
});
