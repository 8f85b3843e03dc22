import type { Buffer } from 'node:buffer';
import { mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { fileName } from '../../src/records/format/file-names.js';
import type { RecordsWorkerData, ResolvedFileSink } from '../../src/records/protocol.js';
import { AppendFile } from './append-file.js';
import { BinaryEncoder, type Encoder } from './encoder.js';
import { IndexBuilder } from './index-builder.js';
import { LineEncoder } from './lines/line-encoder.js';
import { deleteOld } from './retention.js';
import { SinkWait } from './sink-wait.js';
import type { RecordsTarget, TargetCounts } from './target.js';

/** A file that is being written. */
interface OpenFile {
  file: AppendFile;
  name: string;
  begunAt: number;
  index: IndexBuilder;
  /** Bytes of what the file begins with. */
  headBytes: number;
  /** Bytes before compression. */
  encoded: number;
  contexts: Set<number>;
  policies: Set<number>;
}

/** Writes records to files that begin anew by size and age. */
export class FileSink implements RecordsTarget {
  readonly counts: TargetCounts = { bytes: 0, files: 0, deletedFiles: 0 };
  readonly #sink: ResolvedFileSink;
  readonly #data: RecordsWorkerData;
  readonly #encoder: Encoder;
  readonly #contexts = new Map<number, VersionContext>();
  readonly #policies = new Map<number, PolicyContext>();
  readonly #wait: SinkWait;
  #open: OpenFile | null = null;
  #part = 0;
  #syncedAt = Date.now();
  #isDirty = false;

  /** @throws {Error} where the directory can't be made, or written to. */
  constructor(sink: ResolvedFileSink, data: RecordsWorkerData) {
    this.#sink = sink;
    this.#data = data;
    this.#wait = new SinkWait(data.ring);
    this.#encoder = sink.format === 'binary' ? new BinaryEncoder() : new LineEncoder(sink.gzip);
    mkdirSync(sink.directory, { recursive: true, mode: 0o700 });
    this.counts.deletedFiles += deleteOld(sink, null, Date.now());
    this.#begin(Date.now());
  }

  addContext(context: VersionContext): void {
    this.#contexts.set(context.number, context);
  }

  addPolicy(policy: PolicyContext): void {
    this.#policies.set(policy.number, policy);
  }

  write(entries: readonly Buffer[]): void {
    const now = Date.now();
    const { maxFileBytes, maxFileMs } = this.#sink;
    const isFull =
      this.#open !== null && (this.#open.file.size >= maxFileBytes || now - this.#open.begunAt >= maxFileMs);
    // An empty file says nothing by being closed.
    if (isFull && this.#open !== null && !isEmpty(this.#open)) this.#end();
    try {
      this.#append(this.#open ?? this.#begin(now), entries);
    } catch (error) {
      if (!this.#giveUp(error)) throw error;
      this.#append(this.#begin(now), entries);
    }
    this.#isDirty = true;
  }

  #append(open: OpenFile, entries: readonly Buffer[]): void {
    const pieces: Buffer[] = [];
    const before = { encoded: open.encoded, contexts: new Set(open.contexts), policies: new Set(open.policies) };
    const indexed = open.index.mark();
    for (const entry of entries) {
      this.#pushReferred(pieces, entry, open);
      for (const piece of this.#encoder.entry(entry, open.encoded, open.index)) this.#push(pieces, piece, open);
    }
    const sealed = this.#encoder.seal(pieces);
    try {
      this.counts.bytes += open.file.append(sealed);
    } catch (error) {
      // The next try encodes them again.
      Object.assign(open, before);
      open.index.restore(indexed);
      throw error;
    }
  }

  /**
   * Ends a file that takes nothing more though the disk has room: it is as large as files may be, say. An empty one stays: another would do no better.
   *
   * @returns whether another may be begun.
   */
  #giveUp(error: unknown): boolean {
    const open = this.#open;
    if (open === null || isEmpty(open) || isFullDisk(error)) return false;
    try {
      this.#end();
    } catch {
      // What could not be forced to the disk is what the failure has cost.
    }
    return true;
  }

  /** Forces to the disk what is due. */
  tick(): void {
    const { fsync } = this.#sink;
    const isDue = fsync === 'always' || (fsync !== 'never' && Date.now() - this.#syncedAt >= fsync.everyMs);
    if (isDue) this.sync();
    const { maxFileMs } = this.#sink;
    const open = this.#open;
    if (open !== null && !isEmpty(open) && Date.now() - open.begunAt >= maxFileMs) this.#end();
  }

  sync(): void {
    if (this.#isDirty) this.#open?.file.sync();
    this.#isDirty = false;
    this.#syncedAt = Date.now();
  }

  close(): void {
    if (this.#open !== null) this.#end();
  }

  #push(pieces: Buffer[], piece: Buffer, open: OpenFile): void {
    if (piece.length === 0) return;
    pieces.push(piece);
    open.encoded += piece.length;
  }

  /** What an entry refers to and the file does not have yet. */
  #pushReferred(pieces: Buffer[], entry: Buffer, open: OpenFile): void {
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind !== entryKinds.decisions && kind !== entryKinds.columns) return;
    const context = this.#contexts.get(entry.readUInt32LE(headFields.context));
    if (context !== undefined && !open.contexts.has(context.number)) {
      open.contexts.add(context.number);
      this.#push(pieces, this.#encoder.context(context, open.encoded, open.index), open);
    }
    const policy = this.#policies.get(entry.readUInt32LE(headFields.policy));
    if (policy !== undefined && !open.policies.has(policy.number)) {
      open.policies.add(policy.number);
      this.#push(pieces, this.#encoder.policy(policy), open);
    }
  }

  #begin(now: number): OpenFile {
    const { run, mask } = this.#data;
    const part = this.#part;
    const header: FileHeader = { format: 1, run, part, begunAt: now, package: this.#data.package, mask: mask.fields };
    const name = fileName(now, run, part, this.#encoder.extension);
    const file = new AppendFile(join(this.#sink.directory, name), this.#wait);
    const begin = this.#encoder.begin(header);
    // Readers can't do without it.
    if (begin.length > 0) appendOrRemove(file, begin);
    const open: OpenFile = {
      ...{ file, name, begunAt: now, index: new IndexBuilder(), headBytes: begin.length, encoded: begin.length },
      ...{ contexts: new Set(), policies: new Set() },
    };
    this.#open = open;
    this.#part += 1;
    this.counts.files += 1;
    return open;
  }

  #end(): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    try {
      if (this.#isDirty && this.#sink.fsync !== 'never') open.file.sync();
    } finally {
      this.#isDirty = false;
      open.file.close();
    }
    if (!open.index.isEmpty) open.index.write(`${open.file.path}.idx`);
    this.counts.deletedFiles += deleteOld(this.#sink, null, Date.now());
  }
}

function isEmpty({ encoded, headBytes }: OpenFile): boolean {
  return encoded === headBytes;
}

/** Whether another file on the same disk would fare no better. */
function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** @throws {Error} where it can't be written: the file is gone then. */
function appendOrRemove(file: AppendFile, bytes: Buffer): void {
  try {
    file.append([bytes]);
  } catch (error) {
    file.close();
    unlinkSync(file.path);
    throw error;
  }
}
