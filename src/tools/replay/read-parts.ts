import type { DecisionPolicy } from '../../api/policy.js';
import type { RecordedDecision, RecordedOutcome } from '../../api/records.js';
import { entryKinds, headFields } from '../../records/format/entry-layout.js';
import { EntryView } from '../../records/format/entry-view.js';
import { numberOfJson } from '../../records/format/feature-values.js';
import type { RecordReader } from '../../records/format/to-record.js';
import { readJsonEntry } from '../../records/format/write-entry.js';
import type { OnFinding } from '../../records/read/findings.js';
import { readEntries } from '../../records/read/read-entries.js';
import { readFileOf } from '../../records/read/read-file.js';
import { reasonOf, ScoreFileError } from '../score-file/score-file-error.js';
import type { BatchPart, RecordedRow } from './batch.js';
import { ReadingProgress } from './reading-progress.js';
import type { RecordedVersions } from './recorded-version.js';
import type { SourceFile } from './source-files.js';

/** A label, as far as a replay needs it. */
export interface RecordedLabel extends Pick<RecordedOutcome, 'id' | 'isFraud' | 'amount'> {
  /** When it was given, in milliseconds since the epoch. */
  at: number;
}

export type ReadPart = { kind: 'part'; part: BatchPart } | { kind: 'label'; label: RecordedLabel };

export interface ReadPartsOptions {
  versions: RecordedVersions;
  /** What is read: both, or labels alone. */
  wants: 'all' | 'labels';
  onFinding: OnFinding;
  /** Told how many bytes more were read. */
  onBytes: (bytes: number) => void;
}

/** Reads decisions and labels of files, in the order in which they stand. @throws {ScoreFileError} where a file can't be read. */
export async function* readParts(files: readonly SourceFile[], options: ReadPartsOptions): AsyncGenerator<ReadPart> {
  for (const file of files) {
    const progress = new ReadingProgress(file, options.onBytes);
    try {
      if (isOfLines(file.path)) yield* lineParts(file.path, options, progress);
      else yield* binaryParts(file.path, options, progress);
      progress.end();
    } catch (error) {
      throw fileError(file.path, error);
    }
  }
}

/** An error of the file system with the file's path; any other as it is. */
export function fileError(path: string, error: unknown): unknown {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  return isOfSystem ? new ScoreFileError(`${path} can't be read: ${reasonOf(error)}`) : error;
}

/** Whether a file has lines of JSON, compressed or not. */
export function isOfLines(path: string): boolean {
  return path.endsWith('.ndjson') || path.endsWith('.gz');
}

async function* binaryParts(
  path: string,
  options: ReadPartsOptions,
  progress: ReadingProgress,
): AsyncGenerator<ReadPart> {
  for await (const { entry, at, reader } of readEntries(path, options.onFinding)) {
    progress.reach(at);
    const kind = entry.readUInt32LE(headFields.kind);
    try {
      if (kind === entryKinds.outcome) yield { kind: 'label', label: labelOf(entry) };
      else if (kind === entryKinds.decisions && options.wants === 'all')
        yield { kind: 'part', part: partOf(entry, reader, options.versions) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      // Its checksum is right, and it is no entry all the same.
      options.onFinding({ what: 'damaged', file: path, byte: at, bytes: entry.length, reason: error.message });
    }
  }
}

/** @throws {SyntaxError} where it is damaged. */
function labelOf(entry: Buffer): RecordedLabel {
  const outcome = readJsonEntry(entry) as Omit<RecordedLabel, 'at'>;
  return { ...outcome, at: entry.readDoubleLE(headFields.at) };
}

/** A row's place has 16 bits. */
const largestBatch = 65_536;

/** @throws {RangeError} where it is damaged. */
function partOf(entry: Buffer, reader: RecordReader, versions: RecordedVersions): BatchPart {
  const view = new EntryView(entry);
  const { head } = view;
  const { context, plan } = reader.version(head.context);
  const { policy } = reader.policy(head.policy);
  const { run } = reader.header;
  const version = versions.of(context, () => {
    const { model, runtime, inputs } = context;
    return { model, runtime, inputs };
  });
  const hasFeatures = head.featureWords > 0;
  const isMasked = hasFeatures && plan.columns.length > 0;
  const hasAttention = head.attentionWidth > 0 && plan.attention === 'keep';
  const rows: RecordedRow[] = [];
  if (head.batch !== null && (head.batchSize > largestBatch || head.rows > head.batchSize))
    throw new RangeError('an entry with more rows than its batch');
  for (const row of view.rows()) {
    const index = rows.length;
    if (head.batch !== null && row.place >= head.batchSize) throw new RangeError('a row behind the end of its batch');
    rows.push({
      sequence: head.sequence + index,
      decisionId: `${run}-${head.sequence + index}`,
      id: row.id,
      place: row.place,
      fraudProbability: row.fraudProbability,
      riskScore: row.riskScore,
      attention: hasAttention ? Float32Array.from(view.attention(index)) : null,
      rawOutputs: head.rawWidth === 0 ? null : view.rawOutputs(index),
      decision: row.decision,
      riskLevel: row.riskLevel,
      decidedBy: row.decidedBy,
      policy,
      role: head.role,
      amount: row.amount,
      features: hasFeatures ? view.features(index) : null,
      isMasked,
    });
  }
  return { run, batch: head.batch, size: head.batchSize, provider: head.provider, version, rows };
}

async function* lineParts(
  path: string,
  options: ReadPartsOptions,
  progress: ReadingProgress,
): AsyncGenerator<ReadPart> {
  for await (const { record, at } of readFileOf(path, options.onFinding)) {
    progress.reach(at);
    if (record.kind === 'outcome') yield { kind: 'label', label: { ...record, at: Date.parse(record.at) } };
    if (record.kind !== 'decision' || options.wants !== 'all') continue;
    try {
      yield { kind: 'part', part: partOfRecord(record, options.versions) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const bytes = JSON.stringify(record).length;
      options.onFinding({ what: 'damaged', file: path, byte: at, bytes, reason: 'a line that is no decision' });
    }
  }
}

/** What reading something damaged, or something that somebody has changed, ends with. */
export function isDamage(error: unknown): error is RangeError | SyntaxError | TypeError {
  return error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError;
}

/** A record as a part of its batch. @throws {RangeError | TypeError} where it is damaged. */
export function partOfRecord(record: RecordedDecision, versions: RecordedVersions): BatchPart {
  const { run, model, runtime, batch, features } = record;
  const { provider, ...ofVersion } = runtime;
  if (batch !== undefined && !isInBatch(batch)) throw new RangeError('a row behind the end of its batch');
  const row: RecordedRow = {
    sequence: record.sequence,
    decisionId: record.decisionId,
    id: record.id ?? null,
    place: batch?.place ?? 0,
    fraudProbability: record.fraudProbability,
    riskScore: record.riskScore,
    attention: Array.isArray(record.attention) ? record.attention : null,
    rawOutputs: rawOutputsOf(record),
    decision: record.decision,
    riskLevel: record.riskLevel,
    decidedBy: record.decidedBy,
    policy: thresholdsOf(record.policy),
    role: record.role,
    amount: record.amount ?? null,
    features: features ?? null,
    isMasked: features !== undefined && Object.values(features).some((values) => values.includes(null)),
  };
  const version = versions.ofDescription({ model, runtime: ofVersion, inputs: null });
  return { run, batch: batch?.number ?? null, size: batch?.size ?? 0, provider, version, rows: [row] };
}

/** @throws {RangeError | TypeError} where they are no numbers. */
function rawOutputsOf({ rawOutputs }: RecordedDecision): number[] | null {
  const [values] = Object.values(rawOutputs ?? {});
  if (values === undefined) return null;
  return values.map((value: unknown) => {
    const number = numberOfJson(value);
    if (number === null) throw new RangeError('a raw output that is no number');
    return number;
  });
}

function isInBatch({ number, size, place }: NonNullable<RecordedDecision['batch']>): boolean {
  const areWhole = Number.isInteger(number) && Number.isInteger(size) && Number.isInteger(place);
  return areWhole && place >= 0 && place < size && size <= largestBatch;
}

function thresholdsOf({ hash: _, ...policy }: RecordedDecision['policy']): DecisionPolicy {
  return policy;
}
