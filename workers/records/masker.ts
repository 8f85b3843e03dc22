import { Buffer } from 'node:buffer';
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
import { maskedId, maskHash } from '../../src/records/format/id-hash.js';
import { type MaskPlan, maskPlan } from '../../src/records/format/mask-plan.js';
import { jsonEntry, readJsonEntry } from '../../src/records/format/write-entry.js';
import type { ResolvedMask } from '../../src/records/protocol.js';

/** Takes out of entries what may not be written, before they leave the process. */
export class Masker {
  readonly #mask: ResolvedMask;
  readonly #plans = new Map<number, MaskPlan>();

  constructor(mask: ResolvedMask) {
    this.#mask = mask;
  }

  addContext({ number, inputs }: Pick<VersionContext, 'number' | 'inputs'>): void {
    this.#plans.set(number, maskPlan(this.#mask.fields, inputs));
  }

  /** The hash of a text or of a value's bytes. */
  hash(value: string | Uint8Array): string {
    return maskHash(this.#mask.key, value);
  }

  /** An id as it is written; null where it is removed. */
  id(id: string): string | null {
    return maskedId(this.#mask, id);
  }

  /** @param entry may be changed. @returns the entry as it is written. */
  apply(entry: Buffer): Buffer {
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind === entryKinds.decisions) return this.#decisions(entry);
    return kind === entryKinds.outcome ? this.#outcome(entry) : entry;
  }

  #outcome(entry: Buffer): Buffer {
    const { id, amount, ...rest } = readJsonEntry(entry) as { id: string; amount?: number };
    const masked = this.id(id);
    const action = this.#mask.fields['/amount'] ?? 'keep';
    const at = { sequence: entry.readDoubleLE(headFields.sequence), at: entry.readDoubleLE(headFields.at) };
    const json = {
      ...(masked === null ? {} : { id: masked }),
      ...rest,
      ...(amount === undefined || action !== 'keep' ? {} : { amount }),
    };
    return jsonEntry(entryKinds.outcome, json, at);
  }

  #decisions(entry: Buffer): Buffer {
    const plan = this.#plans.get(entry.readUInt32LE(headFields.context));
    if (plan === undefined) throw new RangeError('decisions of a version that was never told');
    const rows = entry.readUInt32LE(headFields.rows);
    const featureWords = entry.readUInt32LE(headFields.featureWords);
    const attentionWidth = entry.readUInt32LE(headFields.attentionWidth);
    const sizes = { rows, featureWords, attentionWidth, textBytes: entry.readUInt32LE(headFields.textBytes) };
    const parts = entryParts(sizes);
    const texts: string[] = [];
    let textAt = parts.texts;
    let textBytes = 0;
    for (let row = 0; row < rows; row += 1) {
      const at = parts.rows + row * rowHeadBytes;
      const furtherAt = textAt + entry.readUInt32LE(at + rowFields.idBytes);
      const end = furtherAt + entry.readUInt32LE(at + rowFields.furtherBytes);
      const features = entry.subarray(
        parts.features + row * featureWords * 4,
        parts.features + (row + 1) * featureWords * 4,
      );
      const id = furtherAt > textAt ? this.id(entry.toString('utf8', textAt, furtherAt)) : null;
      const further = this.#further(entry, at, entry.toString('utf8', furtherAt, end), features, plan);
      const idBytes = id === null ? 0 : Buffer.byteLength(id);
      const furtherBytes = Buffer.byteLength(further);
      entry.writeUInt32LE(idBytes, at + rowFields.idBytes);
      entry.writeUInt32LE(furtherBytes, at + rowFields.furtherBytes);
      texts.push(id ?? '', further);
      textBytes += idBytes + furtherBytes;
      textAt = end;
    }
    if (plan.attention !== 'keep') entry.fill(0, parts.attention, parts.texts);
    return withTexts(entry, parts.texts, texts, textBytes);
  }

  /** Masks what a row has beside its id. @returns its further fields as JSON. */
  #further(entry: Buffer, at: number, text: string, features: Buffer, plan: MaskPlan): string {
    const hashed: Record<string, string> = {};
    const amount = entry.readDoubleLE(at + rowFields.amount);
    if (plan.amount !== 'keep') {
      if (plan.amount === 'hash' && !Number.isNaN(amount)) {
        hashed['/amount'] = this.hash(entry.subarray(at + rowFields.amount, at + rowFields.amount + 8));
      }
      entry.writeDoubleLE(Number.NaN, at + rowFields.amount);
    }
    if (features.length > 0) {
      for (const { pointer, input, column, action } of plan.columns) {
        const from = byteOf(input, column);
        const value = features.subarray(from, from + input.valueBytes);
        if (action === 'hash') hashed[pointer] = this.hash(value);
        value.fill(0);
      }
    }
    const hasHashes = Object.keys(hashed).length > 0;
    if (!hasHashes && plan.reasons === 'keep') return text;
    const further = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    if (plan.reasons !== 'keep') delete further.reasons;
    if (hasHashes) further.hashed = hashed;
    return Object.keys(further).length === 0 ? '' : JSON.stringify(further);
  }
}

/** The entry with other texts. */
function withTexts(entry: Buffer, textsAt: number, texts: readonly string[], textBytes: number): Buffer {
  const bytes = textsAt + even8(textBytes);
  // Mostly a little longer than the texts were: hashes for short ids.
  const written = bytes <= entry.length ? entry.subarray(0, bytes) : Buffer.alloc(bytes);
  if (written.buffer !== entry.buffer) entry.copy(written, 0, 0, textsAt);
  written.fill(0, textsAt);
  let at = textsAt;
  for (const text of texts) at += written.write(text, at);
  written.writeUInt32LE(bytes, headFields.bytes);
  written.writeUInt32LE(textBytes, headFields.textBytes);
  return written;
}
