import { Buffer } from 'node:buffer';
import type { FallbackResult, ModelResult } from '../../api/result.js';
import type { RequestTable } from '../../requests/request-table.js';
import {
  decidedByCodes,
  decisionCodes,
  errorCodes,
  levelCodes,
  rowFields,
  rowHeadBytes,
} from '../format/entry-layout.js';
import { copyWords } from './copy-words.js';
import type { EntryMemory } from './entry-memory.js';

/** What the fallback's decision has beside its result. */
export interface FallbackRow {
  /** NaN where there is none. */
  amount: number;
  bucket: number;
  /** −1 where no shadow has one. */
  copy: number;
}

/** Rows that were decided and are not in the ring yet: those of one batch. They are the same memory each time. */
export class RowStage {
  count = 0;
  readonly #rows: Uint8Array;
  readonly #shorts: Uint16Array;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #doubles: Float64Array;
  readonly #ids: (string | undefined)[];
  readonly #further: string[];
  /** Bytes of all texts. */
  textBytes = 0;

  constructor(readonly capacity: number) {
    const memory = new ArrayBuffer(capacity * rowHeadBytes);
    this.#rows = new Uint8Array(memory);
    this.#shorts = new Uint16Array(memory);
    this.#words = new Uint32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#doubles = new Float64Array(memory);
    this.#ids = new Array<string | undefined>(capacity).fill(undefined);
    this.#further = new Array<string>(capacity).fill('');
  }

  /** The place in the batch of a staged row. */
  placeOf(index: number): number {
    return this.#shorts[(index * rowHeadBytes + rowFields.place) / 2] as number;
  }

  clear(): void {
    // Texts are the host's: they are not kept.
    this.#ids.fill(undefined, 0, this.count);
    this.#further.fill('', 0, this.count);
    this.count = 0;
    this.textBytes = 0;
  }

  /**
   * Adds what a model has decided. It makes no object: garbage of each decision would be collected while others wait.
   *
   * @param row of the request in the table. @param place in the batch. @param copy the request's number among those that shadows have copies of;
   * −1 where none has. @param further JSON, or empty.
   */
  answered(result: ModelResult, table: RequestTable, row: number, place: number, copy: number, further: string): void {
    const { timing } = result;
    const at = this.count * rowHeadBytes;
    this.#doubles[(at + rowFields.queueMs) / 8] = timing.queueMs;
    this.#doubles[(at + rowFields.totalMs) / 8] = timing.totalMs;
    this.#doubles[(at + rowFields.amount) / 8] = table.amount[row] as number;
    this.#doubles[(at + rowFields.copy) / 8] = copy;
    this.#floats[(at + rowFields.fraudProbability) / 4] = result.fraudProbability;
    this.#floats[(at + rowFields.riskScore) / 4] = result.riskScore;
    this.#shorts[(at + rowFields.place) / 2] = place;
    this.#shorts[(at + rowFields.bucket) / 2] = table.bucket[row] as number;
    this.#rows[at + rowFields.decision] = decisionCodes.indexOf(result.decision);
    this.#rows[at + rowFields.decidedBy] = decidedByCodes.indexOf(result.decidedBy);
    this.#rows[at + rowFields.riskLevel] = levelCodes.indexOf(result.riskLevel);
    this.#rows[at + rowFields.error] = 0;
    this.#end(at, result.id, further);
  }

  /** Adds what the fallback has decided. */
  fallback(result: FallbackResult, { amount, bucket, copy }: FallbackRow): void {
    const at = this.count * rowHeadBytes;
    this.#doubles[(at + rowFields.queueMs) / 8] = Number.NaN;
    this.#doubles[(at + rowFields.totalMs) / 8] = result.timing.totalMs;
    this.#doubles[(at + rowFields.amount) / 8] = amount;
    this.#doubles[(at + rowFields.copy) / 8] = copy;
    this.#floats[(at + rowFields.fraudProbability) / 4] = Number.NaN;
    this.#floats[(at + rowFields.riskScore) / 4] = Number.NaN;
    this.#shorts[(at + rowFields.place) / 2] = 0;
    this.#shorts[(at + rowFields.bucket) / 2] = bucket;
    this.#rows[at + rowFields.decision] = decisionCodes.indexOf(result.decision);
    this.#rows[at + rowFields.decidedBy] = decidedByCodes.indexOf('fallback');
    this.#rows[at + rowFields.riskLevel] = levelCodes.indexOf(null);
    this.#rows[at + rowFields.error] = Math.max(0, errorCodes.indexOf(result.error as never));
    this.#end(at, result.id, '');
  }

  #end(at: number, id: string | undefined, further: string): void {
    const idBytes = id === undefined ? 0 : Buffer.byteLength(id);
    const furtherBytes = further === '' ? 0 : Buffer.byteLength(further);
    this.#words[(at + rowFields.idBytes) / 4] = idBytes;
    this.#words[(at + rowFields.furtherBytes) / 4] = furtherBytes;
    this.#doubles[(at + rowFields.reserved) / 8] = 0;
    this.#ids[this.count] = id;
    this.#further[this.count] = further;
    this.textBytes += idBytes + furtherBytes;
    this.count += 1;
  }

  /** Copies the row heads and the texts into an entry. @param rowsAt @param textsAt where each begins, in bytes. */
  writeTo({ bytes, words }: EntryMemory, rowsAt: number, textsAt: number): void {
    copyWords(this.#words, 0, words, rowsAt / 4, (this.count * rowHeadBytes) / 4);
    let at = textsAt;
    for (let index = 0; index < this.count; index += 1) {
      const id = this.#ids[index];
      const further = this.#further[index] as string;
      if (id !== undefined) at += bytes.write(id, at);
      if (further !== '') at += bytes.write(further, at);
    }
  }
}
