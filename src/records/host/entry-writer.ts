import type { DecisionPolicy } from '../../api/policy.js';
import type { Provider } from '../../api/provider.js';
import type { RecordRole } from '../../api/records.js';
import { type EntryParts, entryKinds, headFields, providerCodes, roleCodes } from '../format/entry-layout.js';
import type { EntryMemory } from './entry-memory.js';
import type { RowStage } from './row-stage.js';

/** What the rows of an entry share. */
export interface EntryShared {
  context: number;
  role: RecordRole;
  /** Milliseconds since the epoch. */
  at: number;
  /** −1 where there was none. */
  batch: number;
  batchSize: number;
  inferenceMs: number;
  provider: Provider | null;
  policy: DecisionPolicy;
  attentionWidth: number;
  /** Words of 4 bytes of a row's features; 0 where there are none. */
  featureWords: number;
  /** Raw outputs of a row; 0 where the scores are what the graph gave. */
  rawWidth: number;
}

/** Where the features and the further outputs of staged rows lie. */
export interface RowSources {
  /** Words of 4 bytes. */
  features: Float32Array;
  /** The first word of a row's features, by the row's place in the batch. */
  featuresAt: (place: number) => number;
  attention: Float32Array | null;
  /** The first value of a row's attention, likewise. */
  attentionAt: (place: number) => number;
  /** null where there are none. */
  raw: Float32Array | null;
  /** The first of a row's raw outputs, likewise. */
  rawAt: (place: number) => number;
}

interface Decisions {
  stage: RowStage;
  shared: EntryShared;
  /** null where the requests were not read. */
  sources: RowSources | null;
  /** The sequence of the first. */
  first: number;
  /** The number of the policy. */
  policy: number;
}

/** How wide the rows' features, their attention and their raw outputs are. Each is a part of the entry by itself. */
export function widthsOf(
  shared: EntryShared,
  sources: RowSources | null,
): { featureWords: number; attentionWidth: number; rawWidth: number } {
  if (sources === null) return { featureWords: 0, attentionWidth: 0, rawWidth: 0 };
  const rawWidth = sources.raw === null ? 0 : shared.rawWidth;
  const attentionWidth = sources.attention === null ? 0 : shared.attentionWidth;
  return { featureWords: shared.featureWords, attentionWidth, rawWidth };
}

/** Writes the entry of some decisions. @param at where it begins, in bytes. */
export function writeDecisions(memory: EntryMemory, at: number, parts: EntryParts, decisions: Decisions): void {
  const { stage, shared, sources, first, policy } = decisions;
  const { featureWords, attentionWidth, rawWidth } = widthsOf(shared, sources);
  const { words, doubles, floats } = memory;
  const word = at / 4;
  const double = at / 8;
  words[word + headFields.bytes / 4] = parts.bytes;
  words[word + headFields.kind / 4] = entryKinds.decisions;
  doubles[double + headFields.sequence / 8] = first;
  doubles[double + headFields.at / 8] = shared.at;
  doubles[double + headFields.batch / 8] = shared.batch;
  doubles[double + headFields.inferenceMs / 8] = shared.inferenceMs;
  words[word + headFields.rows / 4] = stage.count;
  words[word + headFields.context / 4] = shared.context;
  words[word + headFields.batchSize / 4] = shared.batchSize;
  words[word + headFields.policy / 4] = policy;
  words[word + headFields.provider / 4] = providerCodes.indexOf(shared.provider);
  words[word + headFields.role / 4] = roleCodes.indexOf(shared.role);
  words[word + headFields.featureWords / 4] = featureWords;
  words[word + headFields.attentionWidth / 4] = attentionWidth;
  words[word + headFields.textBytes / 4] = stage.textBytes;
  words[word + headFields.rawWidth / 4] = rawWidth;
  // What lay in the ring before must not get into a file, not even between two parts: it was not masked.
  if (parts.attention > parts.features) words[(at + parts.attention) / 4 - 1] = 0;
  if (parts.raw > parts.attention) words[(at + parts.raw) / 4 - 1] = 0;
  if (parts.texts > parts.raw) words[(at + parts.texts) / 4 - 1] = 0;
  if (sources !== null) {
    const { attention, attentionAt, raw, rawAt } = sources;
    copyFeatures(floats, (at + parts.features) / 4, stage, sources, featureWords);
    if (attention !== null) {
      copyFew(floats, (at + parts.attention) / 4, stage, {
        from: attention,
        fromAt: attentionAt,
        width: attentionWidth,
      });
    }
    if (raw !== null) copyFew(floats, (at + parts.raw) / 4, stage, { from: raw, fromAt: rawAt, width: rawWidth });
  }
  stage.writeTo(memory, at + parts.rows, at + parts.texts);
}

function copyFeatures(to: Float32Array, at: number, stage: RowStage, sources: RowSources, width: number): void {
  const { features, featuresAt } = sources;
  const { count } = stage;
  let first = 0;
  for (let index = 1; index <= count; index += 1) {
    // Neighbours in the batch are copied as one.
    if (index < count && stage.placeOf(index) === stage.placeOf(index - 1) + 1) continue;
    const from = featuresAt(stage.placeOf(first));
    to.set(features.subarray(from, from + (index - first) * width), at + first * width);
    first = index;
  }
}

/** Copies a few values of each row. A view for each would be more work, and garbage. */
function copyFew(
  to: Float32Array,
  at: number,
  stage: RowStage,
  { from, fromAt, width }: { from: Float32Array; fromAt: (place: number) => number; width: number },
): void {
  for (let index = 0; index < stage.count; index += 1) {
    const first = fromAt(stage.placeOf(index));
    for (let column = 0; column < width; column += 1) {
      to[at + index * width + column] = from[first + column] as number;
    }
  }
}
