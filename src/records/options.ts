import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import type {
  FileSinkOptions,
  FsyncPolicy,
  MaskAction,
  MaskOptions,
  OnFull,
  RecordField,
  RecordsFunction,
  RecordsOptions,
} from '../api/records.js';
import { resolveRecordsWorkerFile } from '../pool/worker-file.js';
import { FieldReader } from '../validation/field-reader.js';
import { isUrl } from '../validation/is-url.js';
import { describeValue } from '../validation/issues.js';
import { nearestName } from '../validation/nearest-name.js';
import { minKeyBytes } from './format/id-hash.js';
import type { SampleShares } from './host/recording.js';
import type { HostSink, ResolvedFileSink, ResolvedMask } from './protocol.js';

/** Where records go. */
export type ResolvedSink =
  | ResolvedFileSink
  | (HostSink & { take: RecordsFunction })
  | (HostSink & { stream: NodeJS.WritableStream });

/** The options of `recordDecisions`, complete and valid. */
export interface ResolvedRecords {
  sink: ResolvedSink;
  mask: ResolvedMask;
  onFull: OnFull;
  bufferBytes: number;
  sample: SampleShares;
  /** The URL of the file that the thread runs. */
  workerFile: string;
}

const mebibyte = 1024 * 1024;
const actions: readonly MaskAction[] = ['keep', 'hash', 'remove'];
const defaultFields = { '/id': 'hash', '/amount': 'remove' } as const;

/** @throws {InvalidOptionsError} with everything that is wrong. */
export function resolveRecords(options: RecordsOptions): ResolvedRecords {
  const reader = new FieldReader(options);
  const sink = readSink(reader);
  const mask = readMask(reader.nested('mask'), removedBy(readFields(reader)));
  const onFull = reader.oneOf('onFull', ['block', 'drop-oldest', 'drop-newest'], 'block');
  const bufferBytes = reader.number('bufferBytes', 32 * mebibyte, {
    min: mebibyte,
    max: 1024 * mebibyte,
    integer: true,
    unit: 'bytes',
  });
  const sample = readSample(reader.nested('sample'));
  const workerFile = resolveRecordsWorkerFile(
    reader.value('workerFile', 'a path or a URL', isPathOrUrl),
    reader.issues,
  );
  reader.rejectUnknown().throwIfInvalid();
  if (sink === null) throw new Error('options without a sink were taken');
  return { sink, mask, onFull, bufferBytes, sample, workerFile };
}

const sinkExpected = 'an object with `directory`, a function, or a writable stream';

function readSink(reader: FieldReader): ResolvedSink | null {
  const given = reader.required('sink', sinkExpected, isSink);
  if (given === undefined) return null;
  if (typeof given === 'function') return { kind: 'host', flushMs: 20, take: given };
  if (isStream(given)) return { kind: 'host', flushMs: 20, stream: given };
  return readFiles(reader.nested('sink'));
}

function isSink(value: unknown): value is RecordsOptions['sink'] {
  return typeof value === 'function' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}

function isStream(sink: object): sink is NodeJS.WritableStream {
  return 'write' in sink && typeof sink.write === 'function' && 'once' in sink && typeof sink.once === 'function';
}

function readFiles(reader: FieldReader): ResolvedFileSink {
  const directory = reader.required('directory', 'the path of a directory', isPath);
  const format = reader.oneOf('format', ['binary', 'ndjson'], 'binary');
  const gzip = reader.value('gzip', 'true or false', isBoolean) ?? false;
  if (gzip && format === 'binary') reader.reject('gzip', "false, or format: 'ndjson'", true);
  const ms = (name: keyof FileSinkOptions, fallback: number, min: number, max = Number.POSITIVE_INFINITY): number =>
    reader.number(name, fallback, { min, max, unit: 'milliseconds' });
  const sink: ResolvedFileSink = {
    kind: 'files',
    directory: resolve(directory ?? '.'),
    format,
    gzip,
    maxFileBytes: reader.number('maxFileBytes', 256 * mebibyte, {
      min: 64 * 1024,
      max: 16 * 1024 * mebibyte,
      integer: true,
      unit: 'bytes',
    }),
    maxFileMs: ms('maxFileMs', 3_600_000, 1_000),
    flushMs: ms('flushMs', 20, 1, 60_000),
    fsync: reader.value('fsync', "'never', 'always' or { everyMs: a number above 0 }", isFsync) ?? { everyMs: 1_000 },
    keepMs: ms('keepMs', Number.POSITIVE_INFINITY, 0),
    keepBytes: reader.number('keepBytes', Number.POSITIVE_INFINITY, { min: 0, unit: 'bytes' }),
  };
  reader.rejectUnknown();
  return sink;
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isPathOrUrl(value: unknown): value is string | URL {
  return isPath(value) || isUrl(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isFsync(value: unknown): value is FsyncPolicy {
  if (value === 'never' || value === 'always') return true;
  if (typeof value !== 'object' || value === null || !('everyMs' in value)) return false;
  return typeof value.everyMs === 'number' && value.everyMs > 0 && Number.isFinite(value.everyMs);
}

const recordFields: readonly RecordField[] = ['id', 'amount', 'features', 'attention', 'reasons'];

function readFields(reader: FieldReader): readonly RecordField[] {
  const given = reader.value('fields', `a list of ${recordFields.join(', ')}`, isList);
  if (given === undefined) return recordFields;
  return [...given].filter((value, index): value is RecordField => {
    if (isField(value)) return true;
    const nearest = typeof value === 'string' ? nearestName(value, recordFields) : null;
    const path = reader.pathOf(`fields[${index}]`);
    reader.issues.add(path, `one of ${recordFields.join(', ')}`, describeValue(value) + hintOf(nearest));
    return false;
  });
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isField(value: unknown): value is RecordField {
  return recordFields.some((field) => field === value);
}

function hintOf(nearest: string | null): string {
  return nearest === null ? '' : ` (did you mean ${nearest}?)`;
}

/** A mask that removes what is not among the fields. */
function removedBy(fields: readonly RecordField[]): Record<string, MaskAction> {
  const missing = recordFields.filter((field) => !fields.includes(field));
  return Object.fromEntries(missing.map((field) => [`/${field}`, 'remove']));
}

/** @param removed what is not to be recorded at all, by JSON Pointer. */
function readMask(reader: FieldReader, removed: Record<string, MaskAction>): ResolvedMask {
  const given = reader.value('fields', "an object of JSON Pointers and 'keep', 'hash' or 'remove'", isObject) ?? {};
  const fields: Record<string, MaskAction> = { ...defaultFields };
  for (const [pointer, action] of Object.entries(given)) {
    if (!isPointer(pointer)) {
      const nearest = isPointer(`/${pointer}`) ? `/${pointer}` : nearestName(pointer, pointers);
      const expected = 'JSON Pointers such as /id, /amount, /reasons or /features/<input>';
      reader.issues.add(reader.pathOf('fields'), expected, describeValue(pointer) + hintOf(nearest));
    } else if (!isAction(action)) {
      reader.reject(`fields.${pointer}`, "'keep', 'hash' or 'remove'", action);
    } else {
      fields[pointer] = action;
    }
  }
  Object.assign(fields, removed);
  const hashed = Object.keys(fields).filter((pointer) => fields[pointer] === 'hash');
  const key = readKey(reader, hashed);
  reader.rejectUnknown();
  return { key, fields };
}

/** @param hashed the pointers that need a key. */
function readKey(reader: FieldReader, hashed: readonly string[]): Uint8Array {
  const key = reader.value('key', 'a key', isAnything);
  if (key === undefined && hashed.length === 0) return new Uint8Array();
  if (isKey(key)) return typeof key === 'string' ? Buffer.from(key) : Buffer.from(key);
  const why = `as ${hashed.join(', ')} ${hashed.length === 1 ? 'is' : 'are'} hashed (or mask by 'remove' or 'keep')`;
  const expected = `a text or bytes, at least ${minKeyBytes} bytes long`;
  reader.issues.add(reader.pathOf('key'), hashed.length === 0 ? expected : `${expected}, ${why}`, describeKey(key));
  return new Uint8Array();
}

function isAnything(_value: unknown): _value is unknown {
  return true;
}

/** Never the key itself: messages are logged. */
function describeKey(key: unknown): string {
  if (key === undefined) return 'nothing';
  if (typeof key === 'string') return `a text of ${Buffer.byteLength(key)} bytes`;
  if (key instanceof Uint8Array) return `${key.byteLength} bytes`;
  return key === null ? 'null' : `a value of type ${typeof key}`;
}

function isKey(value: unknown): value is NonNullable<MaskOptions['key']> {
  if (typeof value === 'string') return Buffer.byteLength(value) >= minKeyBytes;
  return value instanceof Uint8Array && value.byteLength >= minKeyBytes;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAction(value: unknown): value is MaskAction {
  return actions.includes(value as MaskAction);
}

/** Those of fields without parts. */
const pointers = ['/id', '/amount', '/reasons', '/attention'];

/** Which fields a mask can name. */
function isPointer(pointer: string): boolean {
  return /^\/(id|amount|reasons|attention|features\/.+)$/s.test(pointer);
}

function readSample(reader: FieldReader): SampleShares {
  const share = (name: keyof SampleShares): number => reader.number(name, 1, { min: 0, max: 1 });
  const shares = { APPROVE: share('APPROVE'), REVIEW: share('REVIEW'), BLOCK: share('BLOCK'), shadow: share('shadow') };
  reader.rejectUnknown();
  return shares;
}
