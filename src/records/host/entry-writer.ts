import type { DecisionPolicy } from '../../api/policy.js';
import type { Provider } from '../../api/provider.js';
import type { RecordRole } from '../../api/records.js';
import {
  type EntryParts,
  type EntrySizes,
  entryKinds,
  headFields,
  providerCodes,
  roleCodes,
} from '../format/entry-layout.js';
import { copyWords } from './copy-words.js';
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

/**
 * Where the features and the further outputs of staged rows lie: a row's begin at `from + place · width`, where the place is the row's in the batch and
 * the width that of `EntryShared`.
 */
export interface RowSources {
  /** Words of 4 bytes, whatever the types of the model's inputs. */
  features: Uint32Array;
  featuresFrom: number;
  /** null where there is none. */
  attention: Float32Array | null;
  attentionFrom: number;
  /** null where there are none. */
  raw: Float32Array | null;
  rawFrom: number;
}

/**
 * Sets the sizes of the entry that staged rows take. It makes no object: garbage of each batch would be collected while requests wait.
 *
 * @param sources null where the requests were not read.
 */
export function sizeEntry(sizes: EntrySizes, stage: RowStage, shared: EntryShared, sources: RowSources | null): void {
  const { attention = null, raw = null } = sources ?? {};
  sizes.rows = stage.count;
  sizes.textBytes = stage.textBytes;
  sizes.featureWords = sources === null ? 0 : shared.featureWords;
  sizes.attentionWidth = attention === null ? 0 : shared.attentionWidth;
  sizes.rawWidth = raw === null ? 0 : shared.rawWidth;
}

/** The numbers that an entry gets. */
export interface EntryNumbers {
  /** The sequence of its first row. */
  first: number;
  /** That of its policy. */
  policy: number;
}

/**
 * Writes the entry of some decisions.
 *
 * @param at where it begins, in bytes. @param sources null where the requests were not read.
 */
export function writeDecisions(
  memory: EntryMemory,
  at: number,
  sizes: EntrySizes,
  parts: EntryParts,
  numbers: EntryNumbers,
  stage: RowStage,
  shared: EntryShared,
  sources: RowSources | null,
): void {
  const { featureWords, attentionWidth, rawWidth } = sizes;
  const { words, doubles, floats } = memory;
  const word = at / 4;
  const double = at / 8;
  words[word + headFields.bytes / 4] = parts.bytes;
  words[word + headFields.kind / 4] = entryKinds.decisions;
  doubles[double + headFields.sequence / 8] = numbers.first;
  doubles[double + headFields.at / 8] = shared.at;
  doubles[double + headFields.batch / 8] = shared.batch;
  doubles[double + headFields.inferenceMs / 8] = shared.inferenceMs;
  words[word + headFields.rows / 4] = stage.count;
  words[word + headFields.context / 4] = shared.context;
  words[word + headFields.batchSize / 4] = shared.batchSize;
  words[word + headFields.policy / 4] = numbers.policy;
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
    const { features, featuresFrom, attention, attentionFrom, raw, rawFrom } = sources;
    copyFeatures(words, (at + parts.features) / 4, stage, features, featuresFrom, featureWords);
    if (attention !== null) {
      copyFew(floats, (at + parts.attention) / 4, stage, attention, attentionFrom, attentionWidth);
    }
    if (raw !== null) copyFew(floats, (at + parts.raw) / 4, stage, raw, rawFrom, rawWidth);
  }
  stage.writeTo(memory, at + parts.rows, at + parts.texts);
}

function copyFeatures(
  to: Uint32Array,
  at: number,
  stage: RowStage,
  from: Uint32Array,
  fromAt: number,
  width: number,
): void {
  const { count } = stage;
  let first = 0;
  for (let index = 1; index <= count; index += 1) {
    // Neighbours in the batch are copied as one.
    if (index < count && stage.placeOf(index) === stage.placeOf(index - 1) + 1) continue;
    copyWords(from, fromAt + stage.placeOf(first) * width, to, at + first * width, (index - first) * width);
    first = index;
  }
}

/** Copies a few values of each row. */
function copyFew(
  to: Float32Array,
  at: number,
  stage: RowStage,
  from: Float32Array,
  fromAt: number,
  width: number,
): void {
  for (let index = 0; index < stage.count; index += 1) {
    const first = fromAt + stage.placeOf(index) * width;
    for (let column = 0; column < width; column += 1) {
      to[at + index * width + column] = from[first + column] as number;
    }
  }
}
