import { Buffer } from 'node:buffer';
import type { DecisionPolicy } from '../../src/api/policy.js';
import type { MaskAction } from '../../src/api/records.js';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, entryParts, headFields, rowFields, rowHeadBytes } from '../../src/records/format/entry-layout.js';
import { jsonEntry } from '../../src/records/format/write-entry.js';
import { BinaryEncoder, type Encoder } from '../../workers/records/encoder.js';
import { IndexBuilder } from '../../workers/records/index-builder.js';

export const someRun = '0123456789abcdef';

export const someContext: VersionContext = {
  number: 0,
  model: { name: 'some', version: '7', sha256: 'ab'.repeat(32) },
  runtime: { package: '0.1.0', node: '20.20.0', onnxruntime: '1.29.0', cpuModel: 'some CPU', session: { threads: 1 } },
  inputs: [
    { name: 'X', size: 2, type: 'float32' },
    { name: 'n', size: 1, type: 'int64' },
  ],
  batch: 'any',
  scoreForm: 'logits',
};

const policy: DecisionPolicy = {
  ...{ reviewProbability: 0.5, blockProbability: 0.8, reviewRisk: 0.5, blockRisk: 0.9 },
  ...{ mediumRisk: 0.3, highRisk: 0.7 },
};

export const somePolicy: PolicyContext = { number: 0, hash: 'cd'.repeat(32), policy };

/** Words of a row's features of `someContext`: two of float32, and the int64 at a multiple of 8 bytes. */
const featureWords = 4;

/** A row of an entry. What is left out is usual. */
export interface SomeRow {
  id?: string;
  x?: readonly [number, number];
  n?: bigint;
  probability?: number;
  amount?: number;
  decision?: 0 | 1 | 2;
  decidedBy?: 0 | 1 | 2;
  error?: number;
  further?: string;
  /** As many in each row of an entry. */
  raw?: readonly number[];
}

export interface SomeEntry {
  sequence: number;
  at?: number;
  context?: number;
  role?: 0 | 1 | 2;
  rows: readonly SomeRow[];
  /** Whether rows have their features. */
  hasFeatures?: boolean;
}

/** An entry of decisions, as it is after masking. */
export function decisionsEntry({ sequence, at = 1_700_000_000_000, rows, ...shared }: SomeEntry): Buffer {
  const texts = rows.map(({ id = '', further = '' }) => [Buffer.from(id), Buffer.from(further)] as const);
  const textBytes = texts.flat().reduce((sum, { length }) => sum + length, 0);
  const rawWidth = rows[0]?.raw?.length ?? 0;
  const words = shared.hasFeatures === false ? 0 : featureWords;
  const parts = entryParts({ rows: rows.length, featureWords: words, attentionWidth: 0, rawWidth, textBytes });
  const entry = Buffer.alloc(parts.bytes);
  entry.writeUInt32LE(parts.bytes, headFields.bytes);
  entry.writeUInt32LE(entryKinds.decisions, headFields.kind);
  entry.writeDoubleLE(sequence, headFields.sequence);
  entry.writeDoubleLE(at, headFields.at);
  entry.writeDoubleLE(words === 0 ? -1 : 5, headFields.batch);
  entry.writeDoubleLE(words === 0 ? Number.NaN : 1.5, headFields.inferenceMs);
  entry.writeUInt32LE(rows.length, headFields.rows);
  entry.writeUInt32LE(shared.context ?? 0, headFields.context);
  entry.writeUInt32LE(rows.length, headFields.batchSize);
  entry.writeUInt32LE(words === 0 ? 3 : 0, headFields.provider);
  entry.writeUInt32LE(shared.role ?? 0, headFields.role);
  entry.writeUInt32LE(words, headFields.featureWords);
  entry.writeUInt32LE(textBytes, headFields.textBytes);
  entry.writeUInt32LE(rawWidth, headFields.rawWidth);
  for (const [index, row] of rows.entries()) {
    writeRow(entry, parts.rows + index * rowHeadBytes, index, row, texts[index]?.map(({ length }) => length) ?? []);
    if (words === 0) continue;
    const features = parts.features + index * words * 4;
    entry.writeFloatLE(row.x?.[0] ?? 1, features);
    entry.writeFloatLE(row.x?.[1] ?? 2, features + 4);
    entry.writeBigInt64LE(row.n ?? 3n, features + 8);
    for (const [column, value] of (row.raw ?? []).entries()) {
      entry.writeFloatLE(value, parts.raw + 4 * (index * rawWidth + column));
    }
  }
  let text = parts.texts;
  for (const bytes of texts.flat()) text += bytes.copy(entry, text);
  return entry;
}

function writeRow(entry: Buffer, at: number, place: number, row: SomeRow, [idBytes, furtherBytes]: number[]): void {
  const isFallback = row.decidedBy === 2;
  entry.writeDoubleLE(0.25, at + rowFields.queueMs);
  entry.writeDoubleLE(2, at + rowFields.totalMs);
  entry.writeDoubleLE(row.amount ?? Number.NaN, at + rowFields.amount);
  entry.writeFloatLE(isFallback ? Number.NaN : (row.probability ?? 0.25), at + rowFields.fraudProbability);
  entry.writeFloatLE(isFallback ? Number.NaN : 0.125, at + rowFields.riskScore);
  entry.writeUInt16LE(place, at + rowFields.place);
  entry.writeUInt16LE(0xff_ff, at + rowFields.bucket);
  entry.writeUInt8(row.decision ?? 0, at + rowFields.decision);
  entry.writeUInt8(row.decidedBy ?? 0, at + rowFields.decidedBy);
  entry.writeUInt8(isFallback ? 3 : 0, at + rowFields.riskLevel);
  entry.writeUInt8(row.error ?? 0, at + rowFields.error);
  entry.writeUInt32LE(idBytes ?? 0, at + rowFields.idBytes);
  entry.writeUInt32LE(furtherBytes ?? 0, at + rowFields.furtherBytes);
  entry.writeDoubleLE(-1, at + rowFields.copy);
}

export function endEntry(sequence: number, dropped = 0): Buffer {
  return jsonEntry(entryKinds.end, { written: sequence, dropped }, { sequence, at: 1_700_000_000_000 });
}

export function outcomeEntry(sequence: number, outcome: object, at = 1_700_000_000_000): Buffer {
  return jsonEntry(entryKinds.outcome, outcome, { sequence, at });
}

export function columnsEntry(sequence: number, rows: number): Buffer {
  const json = { version: '7', context: 0, rows, decisions: { APPROVE: rows, REVIEW: 0, BLOCK: 0 } };
  return jsonEntry(entryKinds.columns, json, { sequence, at: 1_700_000_000_000 });
}

export interface SomeFile {
  encoder?: Encoder;
  run?: string;
  part?: number;
  mask?: Record<string, MaskAction>;
  contexts?: readonly VersionContext[];
  /** Of lines: so many entries are one piece. */
  entriesAPiece?: number;
}

/** The pieces of a file as the writer makes them: what it begins with, then each entry's, or, compressed, one for some entries. */
export function filePieces(
  entries: readonly Buffer[],
  { encoder = new BinaryEncoder(), run = someRun, part = 0, mask = {}, ...rest }: SomeFile = {},
): { pieces: Buffer[]; index: IndexBuilder } {
  const header: FileHeader = { format: 1, run, part, begunAt: 1_700_000_000_000, package: '0.1.0', mask };
  const index = new IndexBuilder();
  const begin = encoder.begin(header);
  const pieces = [begin];
  let at = begin.length;
  const push = (piece: Buffer): Buffer => {
    at += piece.length;
    return piece;
  };
  for (const context of rest.contexts ?? [someContext]) pieces.push(push(encoder.context(context, at, index)));
  pieces.push(push(encoder.policy(somePolicy)));
  let open: Buffer[] = [];
  const seal = (): void => {
    // What an encoder gives is its own memory.
    pieces.push(Buffer.concat(encoder.seal(open)));
    open = [];
  };
  for (const [number, entry] of entries.entries()) {
    for (const piece of encoder.entry(entry, at, index)) open.push(push(piece));
    if ((number + 1) % (rest.entriesAPiece ?? 1) === 0) seal();
  }
  seal();
  return { pieces: pieces.filter(({ length }) => length > 0), index };
}
