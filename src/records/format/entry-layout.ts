// How records of one batch lie together in memory, on the way to their writer and in binary files alike: little-endian, at a multiple of 8 bytes.
//
//   head        entryHeadBytes      what they share
//   rows        rows · rowHeadBytes  what each has
//   features    rows · featureWords · 4 bytes, as the model's row lies in memory (`RowLayout`)
//   attention   rows · attentionWidth · 4 bytes (float32), up to the next multiple of 8
//   raw outputs rows · rawWidth · 4 bytes (float32), up to the next multiple of 8: what the graph gave, where the scores are made of it
//   texts       textBytes: for each row its id (UTF-8), then its further fields (JSON)
//   padding     up to the next multiple of 8 bytes
//
// docs/records.md has the same for people.

/** What an entry holds. A reader skips kinds that it does not know. */
export const entryKinds = {
  /** Rows of a batch that were decided, or one decision of the fallback. */
  decisions: 1,
  /** JSON in the text block: a label. */
  outcome: 2,
  /** JSON: a call of `scoreColumns`. */
  columns: 3,
  /** JSON: what decisions refer to by its number, see `contexts.ts`. */
  context: 4,
  policy: 5,
  /** JSON: a run was closed. */
  end: 6,
} as const;

export const entryHeadBytes = 80;
export const rowHeadBytes = 64;

/** Where the head's fields lie, in bytes from the entry's start. */
export const headFields = {
  /** u32: the whole entry. */
  bytes: 0,
  /** u32 */
  kind: 4,
  /** f64: the first row's; the others follow one by one. */
  sequence: 8,
  /** f64: when it was decided, in milliseconds since the epoch. */
  at: 16,
  /** f64: the batch's number in the run; −1 where there was none. */
  batch: 24,
  /** f64: NaN where nothing was inferred. */
  inferenceMs: 32,
  /** u32: rows in this entry. */
  rows: 40,
  /** u32: the number of the context (model, runtime). */
  context: 44,
  /** u32: rows that went to the worker. */
  batchSize: 48,
  /** u32: the number of the policy. */
  policy: 52,
  /** u32: see `providerCodes`. */
  provider: 56,
  /** u32: see `roleCodes`. */
  role: 60,
  /** u32: words of 4 bytes of a row's features; 0 where there are none. */
  featureWords: 64,
  /** u32 */
  attentionWidth: 68,
  /** u32 */
  textBytes: 72,
  /** u32: raw outputs of a row; 0 where the scores are what the graph gave. */
  rawWidth: 76,
} as const;

/** Where a row's fields lie, in bytes from the row head's start. */
export const rowFields = {
  /** f64: NaN where it went to no worker. */
  queueMs: 0,
  /** f64 */
  totalMs: 8,
  /** f64: NaN where there is none. */
  amount: 16,
  /** f32: NaN where there is none. */
  fraudProbability: 24,
  /** f32: NaN where there is none. */
  riskScore: 28,
  /** u16: the row's place in the batch. */
  place: 32,
  /** u16: `noBucket` where it was not routed. */
  bucket: 34,
  /** u8: see `decisionCodes`. */
  decision: 36,
  /** u8: 0 policy, 1 host, 2 fallback. */
  decidedBy: 37,
  /** u8: see `levelCodes`. */
  riskLevel: 38,
  /** u8: the error's place in `errorCodes`, from 1; 0 where there was none. */
  error: 39,
  /** u32 */
  idBytes: 40,
  /** u32 */
  furtherBytes: 44,
  /** f64: the request's number among those that shadows have copies of, the same in the record of each; −1 where none has. */
  copy: 48,
  /** f64: kept for later; 0. */
  reserved: 56,
} as const;

export const noBucket = 0xff_ff;

/** The texts that codes stand for: the code is the place in the list. Only ever add at the end. */
export const decisionCodes = ['APPROVE', 'REVIEW', 'BLOCK'] as const;
export const decidedByCodes = ['policy', 'host', 'fallback'] as const;
export const levelCodes = ['LOW', 'MEDIUM', 'HIGH', null] as const;
export const roleCodes = ['primary', 'challenger', 'shadow'] as const;
export const providerCodes = ['cpu', 'cuda', 'tensorrt', null] as const;
/** From 1 on. */
export const errorCodes = [
  null,
  'ERR_DEADLINE_EXCEEDED',
  'ERR_QUEUE_FULL',
  'ERR_WORKER_LOST',
  'ERR_INFERENCE',
  'ERR_PROVIDER_UNAVAILABLE',
  'ERR_UNAVAILABLE',
] as const;

/** Where the parts of an entry begin, in bytes from its start. */
export interface EntryParts {
  rows: number;
  features: number;
  attention: number;
  raw: number;
  texts: number;
  /** The whole entry. */
  bytes: number;
}

export interface EntrySizes {
  rows: number;
  /** Words of 4 bytes of a row's features. */
  featureWords: number;
  attentionWidth: number;
  rawWidth: number;
  textBytes: number;
}

/** @param parts is set to the parts, and returned. */
export function entryParts(sizes: EntrySizes, parts: EntryParts = noParts()): EntryParts {
  const { rows, featureWords, attentionWidth, rawWidth, textBytes } = sizes;
  parts.rows = entryHeadBytes;
  parts.features = entryHeadBytes + rows * rowHeadBytes;
  parts.attention = parts.features + even8(rows * featureWords * 4);
  parts.raw = parts.attention + even8(rows * attentionWidth * 4);
  parts.texts = parts.raw + even8(rows * rawWidth * 4);
  parts.bytes = parts.texts + even8(textBytes);
  return parts;
}

/** Parts that are still to be set. */
export function noParts(): EntryParts {
  return { rows: 0, features: 0, attention: 0, raw: 0, texts: 0, bytes: 0 };
}

/** The next multiple of 8. */
export function even8(bytes: number): number {
  return (bytes + 7) & ~7;
}
