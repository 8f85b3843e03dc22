import { Buffer } from 'node:buffer';
import type { RecordedDecision, RecordedReason } from '../../src/api/records.js';
import type { VersionContext } from '../../src/records/format/contexts.js';
import {
  entryKinds,
  entryParts,
  even8,
  headFields,
  rowFields,
  rowHeadBytes,
} from '../../src/records/format/entry-layout.js';
import { byteOf } from '../../src/records/format/feature-values.js';
import { KeyedHash } from '../../src/records/format/id-hash.js';
import { type MaskPlan, maskPlan, reasonKey } from '../../src/records/format/mask-plan.js';
import { jsonEntry, readJsonEntry } from '../../src/records/format/write-entry.js';
import type { ResolvedMask } from '../../src/records/protocol.js';

/** Takes out of entries what may not be written, before they leave the process. */
export class Masker {
  readonly #mask: ResolvedMask;
  readonly #plans = new Map<number, MaskPlan>();
  readonly #hash: KeyedHash;

  constructor(mask: ResolvedMask) {
    this.#mask = mask;
    this.#hash = new KeyedHash(mask.key);
  }

  addContext({ number, inputs }: Pick<VersionContext, 'number' | 'inputs'>): void {
    this.#plans.set(number, maskPlan(this.#mask.fields, inputs));
  }

  /** @param entry may be changed. @param room the same memory and what is free behind it, for what becomes longer. @returns the entry as it is written. */
  apply(entry: Buffer, room: Buffer = entry): Buffer {
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind === entryKinds.decisions) return this.#decisions(entry, room);
    return kind === entryKinds.outcome ? this.#outcome(entry) : entry;
  }

  #outcome(entry: Buffer): Buffer {
    const { id, amount, ...rest } = readJsonEntry(entry) as { id: string; amount?: number };
    const ids = this.#mask.fields['/id'] ?? 'keep';
    const action = this.#mask.fields['/amount'] ?? 'keep';
    const at = { sequence: entry.readDoubleLE(headFields.sequence), at: entry.readDoubleLE(headFields.at) };
    const json = {
      ...(ids === 'remove' ? {} : { id: ids === 'hash' ? this.#hash.of(id) : id }),
      ...rest,
      ...(amount === undefined || action !== 'keep' ? {} : { amount }),
    };
    return jsonEntry(entryKinds.outcome, json, at);
  }

  #decisions(entry: Buffer, room: Buffer): Buffer {
    const plan = this.#plans.get(entry.readUInt32LE(headFields.context));
    if (plan === undefined) throw new RangeError('decisions of a version that was never told');
    const rows = entry.readUInt32LE(headFields.rows);
    const featureWords = entry.readUInt32LE(headFields.featureWords);
    const attentionWidth = entry.readUInt32LE(headFields.attentionWidth);
    const rawWidth = entry.readUInt32LE(headFields.rawWidth);
    const sizes = { rows, featureWords, attentionWidth, rawWidth };
    const parts = entryParts({ ...sizes, textBytes: entry.readUInt32LE(headFields.textBytes) });
    let texts = '';
    let textBytes = 0;
    let textAt = parts.texts;
    for (let row = 0; row < rows; row += 1) {
      const at = parts.rows + row * rowHeadBytes;
      const furtherAt = textAt + entry.readUInt32LE(at + rowFields.idBytes);
      const end = furtherAt + entry.readUInt32LE(at + rowFields.furtherBytes);
      const id = this.#id(entry, textAt, furtherAt, plan);
      const features = parts.features + row * featureWords * 4;
      const further = this.#further(
        entry,
        at,
        entry.toString('utf8', furtherAt, end),
        plan,
        featureWords > 0 ? features : null,
      );
      const idBytes = Buffer.byteLength(id);
      const furtherBytes = Buffer.byteLength(further);
      entry.writeUInt32LE(idBytes, at + rowFields.idBytes);
      entry.writeUInt32LE(furtherBytes, at + rowFields.furtherBytes);
      texts += id + further;
      textBytes += idBytes + furtherBytes;
      textAt = end;
    }
    if (plan.attention !== 'keep') entry.fill(0, parts.attention, parts.raw);
    return withTexts(entry, room, parts.texts, { texts, textBytes });
  }

  /** An id as it is written; empty where there is none, or it is removed. */
  #id(entry: Buffer, from: number, end: number, plan: MaskPlan): string {
    if (from === end || plan.id === 'remove') return '';
    return plan.id === 'hash' ? this.#hash.ofBytes(entry, from, end) : entry.toString('utf8', from, end);
  }

  /**
   * Masks what a row has beside its id.
   *
   * @param at of the row's head. @param text its further fields. @param features where its features begin; null where it has none.
   * @returns its further fields as JSON.
   */
  #further(entry: Buffer, at: number, text: string, plan: MaskPlan, features: number | null): string {
    const hashed: Record<string, string> = {};
    const amountAt = at + rowFields.amount;
    if (plan.amount !== 'keep') {
      if (plan.amount === 'hash' && !Number.isNaN(entry.readDoubleLE(amountAt))) {
        hashed['/amount'] = this.#hash.ofBytes(entry, amountAt, amountAt + 8);
      }
      entry.writeDoubleLE(Number.NaN, amountAt);
    }
    if (features !== null) {
      for (const { pointer, input, column, action } of plan.columns) {
        const from = features + byteOf(input, column);
        const end = from + input.valueBytes;
        if (action === 'hash') hashed[pointer] = this.#hash.ofBytes(entry, from, end);
        entry.fill(0, from, end);
      }
    }
    if (plan.amount !== 'hash' && plan.columns.length === 0 && plan.reasons === 'keep') return text;
    const hasHashes = Object.keys(hashed).length > 0;
    const mayTell = text !== '' && (plan.reasons !== 'keep' || plan.withheld.size > 0);
    if (!hasHashes && !mayTell) return text;
    const further = text === '' ? {} : (JSON.parse(text) as Further);
    if (plan.reasons !== 'keep') delete further.reasons;
    else if (further.reasons !== undefined) further.reasons = withoutValues(further.reasons, plan);
    if (hasHashes) further.hashed = hashed;
    return Object.keys(further).length === 0 ? '' : JSON.stringify(further);
  }
}

/** What a row has beside its id. */
type Further = Pick<RecordedDecision, 'reasons' | 'hashed' | 'trace'>;

/** Without the numbers from which values of masked features could be computed. */
function withoutValues(reasons: readonly RecordedReason[], { withheld }: MaskPlan): RecordedReason[] {
  return reasons.map((reason) => {
    if (!withheld.has(reasonKey(reason))) return reason;
    const { contribution: _, ...rest } = reason;
    return rest;
  });
}

/** The entry with other texts. */
function withTexts(
  entry: Buffer,
  room: Buffer,
  textsAt: number,
  { texts, textBytes }: { texts: string; textBytes: number },
): Buffer {
  const bytes = textsAt + even8(textBytes);
  // Mostly a little longer than the texts were: hashes for short ids.
  const hasRoom = bytes <= room.length;
  const written = hasRoom ? room.subarray(0, bytes) : Buffer.allocUnsafe(bytes);
  if (!hasRoom) entry.copy(written, 0, 0, textsAt);
  written.fill(0, textsAt + textBytes);
  written.write(texts, textsAt);
  written.writeUInt32LE(bytes, headFields.bytes);
  written.writeUInt32LE(textBytes, headFields.textBytes);
  return written;
}
