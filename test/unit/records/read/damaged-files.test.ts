import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { DecisionLogRecord, RecordedDecision } from '../../../../src/api/records.js';
import { numberOfJson } from '../../../../src/records/format/feature-values.js';
import { frameHead, frameKinds, readFrame } from '../../../../src/records/format/frames.js';
import type { RecordsFinding } from '../../../../src/records/read/findings.js';
import { FrameStream } from '../../../../src/records/read/frame-stream.js';
import { readRecords } from '../../../../src/records/read/read-records.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import { decisionsEntry, endEntry, filePieces, type SomeRow } from '../../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'records-damaged-'));
afterAll(() => rmSync(root, { recursive: true }));

async function read(
  name: string,
  bytes: Buffer,
): Promise<{ records: DecisionLogRecord[]; findings: readonly RecordsFinding[] }> {
  const path = join(root, name);
  writeFileSync(path, bytes);
  const reading = readRecords(path);
  const records: DecisionLogRecord[] = [];
  for await (const record of reading) records.push(record);
  return { records, findings: reading.findings };
}

/** Values, and texts of any characters but halves of them, which UTF-8 has not. */
const someRow: fc.Arbitrary<SomeRow> = fc.record({
  id: fc.string({ unit: 'binary', maxLength: 20 }),
  x: fc.tuple(fc.float(), fc.float()),
  n: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  probability: fc.float({ noNaN: true }),
  // A request with another amount is refused. NaN stands for none.
  amount: fc.double({ noDefaultInfinity: true }),
});
const someBatches = fc.array(fc.array(someRow, { maxLength: 4 }), { maxLength: 4 });

function entriesOf(batches: readonly (readonly SomeRow[])[]): { entries: Buffer[]; next: number } {
  let next = 0;
  const entries = batches.map((rows) => {
    const entry = decisionsEntry({ sequence: next, rows });
    next += rows.length;
    return entry;
  });
  return { entries, next };
}

/** The sequences of records whose pieces are among the first bytes. */
function wholeWithin(batches: readonly (readonly SomeRow[])[], pieces: readonly Buffer[], bytes: number): number {
  let end = 0;
  let rows = 0;
  const begin = pieces.length - batches.length;
  for (const [index, piece] of pieces.entries()) {
    end += piece.length;
    if (end > bytes) break;
    if (index >= begin) rows += batches[index - begin]?.length ?? 0;
  }
  return rows;
}

const isNoLoss = ({ what }: RecordsFinding): boolean => what === 'truncated-tail' || what === 'no-end';

describe('A binary file', () => {
  it('gives every value as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches, async (batches) => {
        const { records, findings } = await read(
          'values.fsr',
          Buffer.concat(filePieces(entriesOf(batches).entries).pieces),
        );
        expect(findings.filter((finding) => !isNoLoss(finding))).toEqual([]);
        const rows = batches.flat();
        expect(records).toHaveLength(rows.length);
        for (const [index, row] of rows.entries()) expectRow(records[index], row);
      }),
      { numRuns: 100 },
    );
  });

  it.each([0, 4_096])('has batches of %i rows', async (count) => {
    const rows = Array.from({ length: count }, (_, index) => ({ id: String(index), n: BigInt(index) }));
    const { records, findings } = await read(
      'rows.fsr',
      Buffer.concat(filePieces([decisionsEntry({ sequence: 0, rows }), endEntry(count)]).pieces),
    );
    expect(records).toHaveLength(count + 1);
    expect(findings).toEqual([]);
  });

  it('that is cut at any byte is read up to its last whole batch', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches, fc.nat(), async (batches, seed) => {
        const { pieces } = filePieces(entriesOf(batches).entries);
        const bytes = Buffer.concat(pieces);
        const cut = seed % (bytes.length + 1);
        const { records, findings } = await read('cut.fsr', bytes.subarray(0, cut));
        expect(records.map(({ sequence }) => sequence)).toEqual(
          Array.from({ length: wholeWithin(batches, pieces, cut) }, (_, index) => index),
        );
        expect(findings.every(isNoLoss)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('with any byte changed loses at most the batch that the byte is in', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches, fc.nat(), fc.integer({ min: 1, max: 255 }), async (batches, seed, change) => {
        const { pieces } = filePieces(entriesOf(batches).entries);
        const bytes = Buffer.concat(pieces);
        const at = seed % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const { records, findings } = await read('changed.fsr', bytes);
        const lost = batchAt(batches, pieces, at);
        let next = 0;
        const kept = batches.flatMap((rows, batch) => {
          const sequences = rows.map((_, index) => next + index);
          next += rows.length;
          return batch === lost ? [] : sequences;
        });
        expect(records.map(({ sequence }) => sequence)).toEqual(kept);
        expect(findings.some(({ what }) => what === 'damaged' || what === 'truncated-tail')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is read whatever bytes are in it', async () => {
    const token = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constant(Buffer.from('FSR1')),
      fc.constantFrom(...filePieces([]).pieces),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 10 }), async (parts) => {
        const { records } = await read('wild.fsr', Buffer.concat(parts));
        expect(records).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('FrameStream', () => {
  it('finds the same frames however their bytes are split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 5 }),
        fc.array(fc.nat(40)),
        (payloads, splits) => {
          const bytes = Buffer.concat([
            ...payloads.flatMap((payload) => [frameHead(Buffer.from(payload), frameKinds.header), payload]),
            Buffer.from('FSR1 and no more'),
          ]);
          const findings: RecordsFinding[] = [];
          const stream = new FrameStream('some', (finding) => findings.push(finding));
          const found: Buffer[] = [];
          let at = 0;
          for (const length of splits) {
            for (const { payload } of stream.push(bytes.subarray(at, at + length))) found.push(payload);
            at += Math.min(length, bytes.length - at);
          }
          for (const { payload } of stream.push(bytes.subarray(at))) found.push(payload);
          for (const { payload } of stream.end()) found.push(payload);
          expect(found.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
          expect(findings).toHaveLength(1);
        },
      ),
    );
  });

  it('does not wait for the length that a damaged frame claims', () => {
    const { pieces } = filePieces([
      decisionsEntry({ sequence: 0, rows: [{ id: 'a' }] }),
      decisionsEntry({ sequence: 1, rows: [{ id: 'b' }] }),
    ]);
    const damaged = pieces.at(-2) as Buffer;
    damaged.writeUInt32LE(200 * 1024 * 1024, 4);
    const stream = new FrameStream('some', () => {});
    const frames = [...stream.push(Buffer.concat(pieces))];
    expect(readFrame(pieces.at(-1) as Buffer, 0)).toMatchObject({ payload: frames.at(-1)?.payload });
  });
});

describe('A file of lines', () => {
  const zipped = (): LineEncoder => new LineEncoder(true);
  const plain = (): LineEncoder => new LineEncoder(false);

  it.each([
    { name: 'cut.ndjson', encoder: plain },
    { name: 'cut.ndjson.gz', encoder: zipped },
  ])('that is cut at any byte ($name) is read up to its last whole piece', async ({ name, encoder }) => {
    await fc.assert(
      fc.asyncProperty(someBatches, fc.nat(), async (batches, seed) => {
        const { entries } = entriesOf(batches.filter((rows) => rows.length > 0));
        const { pieces } = filePieces(entries, { encoder: encoder() });
        const bytes = Buffer.concat(pieces);
        const cut = seed % (bytes.length + 1);
        const { records, findings } = await read(name, bytes.subarray(0, cut));
        const whole = wholeWithin(
          batches.filter((rows) => rows.length > 0),
          pieces,
          cut,
        );
        expect(records.length).toBeGreaterThanOrEqual(whole);
        expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index));
        expect(findings.every(isNoLoss)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('that is compressed, with any byte changed, loses at most the piece that the byte is in', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches, fc.nat(), fc.integer({ min: 1, max: 255 }), async (some, seed, change) => {
        const batches = some.filter((rows) => rows.length > 0);
        fc.pre(batches.length > 0);
        const { pieces } = filePieces(entriesOf(batches).entries, { encoder: zipped() });
        const bytes = Buffer.concat(pieces);
        const at = seed % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const { records } = await read('changed.ndjson.gz', bytes);
        const lost = batchAt(batches, pieces, at);
        const found = new Set(records.map(({ sequence }) => sequence));
        let next = 0;
        for (const [batch, rows] of batches.entries()) {
          for (const _ of rows) {
            if (batch !== lost) expect(found.has(next)).toBe(true);
            next += 1;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Which batch a byte is in; −1 where it is in what the file begins with. */
function batchAt(batches: readonly unknown[], pieces: readonly Buffer[], byte: number): number {
  let end = 0;
  const piece = pieces.findIndex(({ length }) => {
    end += length;
    return byte < end;
  });
  return Math.max(-1, piece - (pieces.length - batches.length));
}

function expectRow(record: DecisionLogRecord | undefined, { id, x, n, probability, amount }: SomeRow): void {
  const decision = record as RecordedDecision;
  const [a, b] = decision.features?.X ?? [];
  expect([numberOfJson(a), numberOfJson(b)]).toEqual(x?.map(Math.fround));
  expect(decision.features?.n).toEqual([String(n)]);
  expect(decision.id ?? '').toBe(id);
  expect(decision.fraudProbability).toBe(probability);
  expect(decision.amount ?? Number.NaN).toBe(amount);
}
