import { Buffer } from 'node:buffer';
import type { Decision, RiskLevel } from '../../api/result.js';
import type { ErrorCode } from '../../errors.js';
import {
  decidedByCodes,
  decisionCodes,
  errorCodes,
  levelCodes,
  rowFields,
  rowHeadBytes,
} from '../format/entry-layout.js';
import type { EntryMemory } from './entry-memory.js';

/** What is known of one decision beside its features. */
export interface DecidedRow {
  queueMs: number;
  totalMs: number;
  amount: number;
  fraudProbability: number;
  riskScore: number;
  place: number;
  bucket: number;
  decision: Decision;
  decidedBy: (typeof decidedByCodes)[number];
  riskLevel: RiskLevel | null;
  error: ErrorCode | null;
  copy: number;
  id: string | undefined;
  /** JSON, or empty. */
  further: string;
}

/** Rows that were decided and are not in the ring yet: those of one batch. They are the same memory each time. */
export class RowStage {
  count = 0;
  readonly #rows: Uint8Array;
  readonly #shorts: Uint16Array;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #doubles: Float64Array;
  readonly #ids: (string | undefined)[] = [];
  readonly #further: string[] = [];
  /** Bytes of all texts. */
  textBytes = 0;

  constructor(readonly capacity: number) {
    const memory = new ArrayBuffer(capacity * rowHeadBytes);
    this.#rows = new Uint8Array(memory);
    this.#shorts = new Uint16Array(memory);
    this.#words = new Uint32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  /** The place in the batch of a staged row. */
  placeOf(index: number): number {
    return this.#shorts[(index * rowHeadBytes + rowFields.place) / 2] as number;
  }

  clear(): void {
    this.count = 0;
    this.textBytes = 0;
    this.#ids.length = 0;
    this.#further.length = 0;
  }

  add(row: DecidedRow): void {
    const at = this.count * rowHeadBytes;
    const { id, further } = row;
    const idBytes = id === undefined ? 0 : Buffer.byteLength(id);
    const furtherBytes = further === '' ? 0 : Buffer.byteLength(further);
    const doubles = at / 8;
    this.#doubles[doubles + rowFields.queueMs / 8] = row.queueMs;
    this.#doubles[doubles + rowFields.totalMs / 8] = row.totalMs;
    this.#doubles[doubles + rowFields.amount / 8] = row.amount;
    this.#floats[at / 4 + rowFields.fraudProbability / 4] = row.fraudProbability;
    this.#floats[at / 4 + rowFields.riskScore / 4] = row.riskScore;
    this.#shorts[at / 2 + rowFields.place / 2] = row.place;
    this.#shorts[at / 2 + rowFields.bucket / 2] = row.bucket;
    this.#rows[at + rowFields.decision] = decisionCodes.indexOf(row.decision);
    this.#rows[at + rowFields.decidedBy] = decidedByCodes.indexOf(row.decidedBy);
    this.#rows[at + rowFields.riskLevel] = levelCodes.indexOf(row.riskLevel);
    this.#rows[at + rowFields.error] = row.error === null ? 0 : Math.max(0, errorCodes.indexOf(row.error as never));
    this.#words[at / 4 + rowFields.idBytes / 4] = idBytes;
    this.#words[at / 4 + rowFields.furtherBytes / 4] = furtherBytes;
    this.#doubles[doubles + rowFields.copy / 8] = row.copy;
    this.#doubles[doubles + rowFields.reserved / 8] = 0;
    this.#ids.push(id);
    this.#further.push(further);
    this.textBytes += idBytes + furtherBytes;
    this.count += 1;
  }

  /** Copies the row heads and the texts into an entry. @param rowsAt @param textsAt where each begins, in bytes. */
  writeTo({ bytes }: EntryMemory, rowsAt: number, textsAt: number): void {
    bytes.set(this.#rows.subarray(0, this.count * rowHeadBytes), rowsAt);
    let at = textsAt;
    for (let index = 0; index < this.count; index += 1) {
      const id = this.#ids[index];
      const further = this.#further[index] as string;
      if (id !== undefined) at += bytes.write(id, at);
      if (further !== '') at += bytes.write(further, at);
    }
  }
}
