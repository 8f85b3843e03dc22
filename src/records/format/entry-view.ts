import type { Provider } from '../../api/provider.js';
import type { RecordRole } from '../../api/records.js';
import type { Decision, RiskLevel } from '../../api/result.js';
import type { ErrorCode } from '../../errors.js';
import {
  decidedByCodes,
  decisionCodes,
  type EntryParts,
  entryParts,
  errorCodes,
  headFields,
  levelCodes,
  noBucket,
  providerCodes,
  roleCodes,
  rowFields,
  rowHeadBytes,
} from './entry-layout.js';

/** What the decisions of an entry share. */
export interface EntryHead {
  kind: number;
  bytes: number;
  /** Of the first row. */
  sequence: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** null where there was none. */
  batch: number | null;
  inferenceMs: number | null;
  rows: number;
  context: number;
  batchSize: number;
  policy: number;
  provider: Provider | null;
  role: RecordRole;
  /** Words of 4 bytes of a row's features; 0 where there are none. */
  featureWords: number;
  rawWidth: number;
  attentionWidth: number;
  textBytes: number;
}

/** What a decision has of its own. */
export interface EntryRow {
  queueMs: number | null;
  totalMs: number;
  amount: number | null;
  fraudProbability: number | null;
  riskScore: number | null;
  place: number;
  bucket: number | null;
  decision: Decision;
  decidedBy: 'policy' | 'host' | 'fallback';
  riskLevel: RiskLevel | null;
  error: ErrorCode | null;
  /** The request's number among those that shadows have copies of; null where none has. */
  copy: number | null;
  id: string | null;
  /** JSON; empty where there is nothing further. */
  further: string;
}

/** Reads an entry. Lengths are checked when it is made, so that a damaged one cannot have it read elsewhere. */
export class EntryView {
  readonly head: EntryHead;
  readonly parts: EntryParts;
  readonly #entry: Buffer;

  /** @throws {RangeError} where the lengths are not those of an entry. */
  constructor(entry: Buffer) {
    const u32 = (field: number): number => entry.readUInt32LE(field);
    const f64 = (field: number): number => entry.readDoubleLE(field);
    const batch = f64(headFields.batch);
    this.#entry = entry;
    this.head = {
      kind: u32(headFields.kind),
      bytes: u32(headFields.bytes),
      sequence: f64(headFields.sequence),
      at: f64(headFields.at),
      batch: batch < 0 ? null : batch,
      inferenceMs: numberOf(f64(headFields.inferenceMs)),
      rows: u32(headFields.rows),
      context: u32(headFields.context),
      batchSize: u32(headFields.batchSize),
      policy: u32(headFields.policy),
      provider: providerCodes[u32(headFields.provider)] ?? null,
      role: roleCodes[u32(headFields.role)] ?? 'primary',
      featureWords: u32(headFields.featureWords),
      attentionWidth: u32(headFields.attentionWidth),
      rawWidth: u32(headFields.rawWidth),
      textBytes: u32(headFields.textBytes),
    };
    this.parts = entryParts(this.head);
    if (this.head.bytes !== entry.length || this.parts.bytes !== entry.length) {
      throw new RangeError('an entry whose lengths do not agree');
    }
  }

  /** The decisions, in their order. */
  *rows(): Generator<EntryRow> {
    const texts = this.texts();
    for (let row = 0; row < this.head.rows; row += 1) yield this.#row(row, texts);
  }

  /** Where the texts of rows begin in the entry: for each row its id, then its further fields; at last where they end. */
  texts(): Uint32Array {
    const starts = new Uint32Array(2 * this.head.rows + 1);
    let at = this.parts.texts;
    for (let row = 0; row < this.head.rows; row += 1) {
      const head = this.parts.rows + row * rowHeadBytes;
      starts[2 * row] = at;
      at += this.#entry.readUInt32LE(head + rowFields.idBytes);
      starts[2 * row + 1] = at;
      at += this.#entry.readUInt32LE(head + rowFields.furtherBytes);
    }
    starts[2 * this.head.rows] = at;
    return starts;
  }

  /** The bytes of a row's features, as they lay in the model's memory. Empty where there are none. */
  features(row: number): Buffer {
    const bytes = this.head.featureWords * 4;
    const from = this.parts.features + row * bytes;
    return this.#entry.subarray(from, from + bytes);
  }

  /** What the graph gave for a row, float32. Empty where the scores are that. */
  rawOutputs(row: number): number[] {
    const from = this.parts.raw + row * this.head.rawWidth * 4;
    return Array.from({ length: this.head.rawWidth }, (_, index) => this.#entry.readFloatLE(from + 4 * index));
  }

  attention(row: number): number[] {
    const from = this.parts.attention + row * this.head.attentionWidth * 4;
    return Array.from({ length: this.head.attentionWidth }, (_, index) => this.#entry.readFloatLE(from + 4 * index));
  }

  #row(row: number, texts: Uint32Array): EntryRow {
    const entry = this.#entry;
    const at = this.parts.rows + row * rowHeadBytes;
    const [text = 0, further = 0, end = 0] = texts.subarray(2 * row);
    const f64 = (field: number): number => entry.readDoubleLE(at + field);
    const f32 = (field: number): number => entry.readFloatLE(at + field);
    const u8 = (field: number): number => entry.readUInt8(at + field);
    const bucket = entry.readUInt16LE(at + rowFields.bucket);
    const copy = f64(rowFields.copy);
    return {
      queueMs: numberOf(f64(rowFields.queueMs)),
      totalMs: f64(rowFields.totalMs),
      amount: numberOf(f64(rowFields.amount)),
      fraudProbability: numberOf(f32(rowFields.fraudProbability)),
      riskScore: numberOf(f32(rowFields.riskScore)),
      place: entry.readUInt16LE(at + rowFields.place),
      bucket: bucket === noBucket ? null : bucket,
      decision: decisionCodes[u8(rowFields.decision)] ?? 'REVIEW',
      decidedBy: decidedByCodes[u8(rowFields.decidedBy)] ?? 'policy',
      riskLevel: levelCodes[u8(rowFields.riskLevel)] ?? null,
      error: errorCodes[u8(rowFields.error)] ?? null,
      copy: copy < 0 ? null : copy,
      id: further > text ? entry.toString('utf8', text, further) : null,
      further: entry.toString('utf8', further, end),
    };
  }
}

function numberOf(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
