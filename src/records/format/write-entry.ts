import { entryHeadBytes, entryKinds, entryParts, headFields } from './entry-layout.js';

/**
 * An entry that is a text of JSON: a context, a policy, a label, a call of `scoreColumns`, the end of a run.
 *
 * @param sequence −1 where it is no record of its own. @param context the number of the context that it refers to, where it does.
 */
export function jsonEntry(kind: number, json: object, { sequence = -1, at = 0, context = 0 } = {}): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  // Without row heads: the text follows the head.
  const sizes = { rows: 0, featureWords: 0, attentionWidth: 0, rawWidth: 0, textBytes: text.length };
  const parts = entryParts(sizes);
  const entry = Buffer.alloc(parts.bytes);
  entry.writeUInt32LE(parts.bytes, headFields.bytes);
  entry.writeUInt32LE(kind, headFields.kind);
  entry.writeDoubleLE(sequence, headFields.sequence);
  entry.writeDoubleLE(at, headFields.at);
  entry.writeDoubleLE(-1, headFields.batch);
  // Each label, call or end counts as one record where entries are dropped.
  entry.writeUInt32LE(kind === entryKinds.context || kind === entryKinds.policy ? 0 : 1, headFields.rows);
  entry.writeUInt32LE(context, headFields.context);
  entry.writeUInt32LE(text.length, headFields.textBytes);
  text.copy(entry, parts.texts);
  return entry;
}

/** The text of such an entry. @throws {SyntaxError} where it is no JSON. */
export function readJsonEntry(entry: Buffer): unknown {
  const bytes = entry.readUInt32LE(headFields.textBytes);
  return JSON.parse(entry.toString('utf8', entryHeadBytes, entryHeadBytes + bytes));
}
