import type { Buffer } from 'node:buffer';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { fileName } from '../../src/records/format/file-names.js';
import type { RecordsWorkerData, ResolvedFileSink } from '../../src/records/protocol.js';
import { BinaryEncoder, type Encoder } from './encoder.js';
import { LineEncoder } from './lines/line-encoder.js';
import { RecordsFile } from './records-file.js';
import { deleteOld } from './retention.js';
import { runAll } from './run-all.js';
import { hasCode, isFullDisk, isOfSystem, LossError } from './sink-failure.js';
import { SinkWait } from './sink-wait.js';
import type { RecordsTarget, TargetCounts } from './target.js';

/** Writes records to files that begin anew by size and age. */
export class FileSink implements RecordsTarget {
  readonly counts: TargetCounts = { bytes: 0, files: 0, deletedFiles: 0 };
  readonly #sink: ResolvedFileSink;
  readonly #data: RecordsWorkerData;
  readonly #encoder: Encoder;
  readonly #contexts = new Map<number, VersionContext>();
  readonly #policies = new Map<number, PolicyContext>();
  readonly #wait: SinkWait;
  #open: RecordsFile | null = null;
  #part = 0;
  #syncedAt = Date.now();
  #isDirty = false;
  /** Files that were ended and not forced to the disk, as `fsync` wants it: a flush must not promise them before it has. */
  #unforced: string[] = [];
  /** What failed when a file was ended, for the next `tick` to throw: `loss` if records may be lost, for the next `sync` too. */
  readonly #kept: { loss: LossError | null; other: { error: unknown } | null } = { loss: null, other: null };

  /** @throws {Error} where the directory can't be made. */
  constructor(sink: ResolvedFileSink, data: RecordsWorkerData) {
    this.#sink = sink;
    this.#data = data;
    this.#wait = new SinkWait(data.ring);
    this.#encoder = sink.format === 'binary' ? new BinaryEncoder() : new LineEncoder(sink.gzip);
    mkdirSync(sink.directory, { recursive: true, mode: 0o700 });
    // Where the disk is full the first write tries again, and tells of it.
    runAll([() => this.#deleteOld(), () => this.#begin(Date.now())]);
  }

  addContext(context: VersionContext): void {
    this.#contexts.set(context.number, context);
  }

  addPolicy(policy: PolicyContext): void {
    this.#policies.set(policy.number, policy);
  }

  write(entries: readonly Buffer[]): void {
    const now = Date.now();
    if (this.#open !== null && this.#isOver(this.#open, now)) this.#end();
    try {
      this.#append(entries, now);
    } catch (error) {
      if (!this.#mayTryAgain(error)) throw error;
      this.#append(entries, now);
    }
    this.#isDirty = true;
  }

  /** Forces to the disk what is due. */
  tick(): void {
    const { fsync, maxFileMs } = this.#sink;
    const open = this.#open;
    if (open !== null && !open.isEmpty && Date.now() - open.begunAt >= maxFileMs) this.#end();
    const isDue = fsync === 'always' || (fsync !== 'never' && Date.now() - this.#syncedAt >= fsync.everyMs);
    if (isDue) this.sync();
    this.#throwKept();
  }

  sync(): void {
    if (this.#open?.isDeleted === true) this.#end();
    const failure = runAll([() => this.#syncOpen(), () => this.#syncEnded()]);
    if (failure !== null) this.#keepLoss(failure.error);
    this.#throwLoss();
    this.#syncedAt = Date.now();
  }

  close(): void {
    this.#end();
    this.#throwKept();
  }

  #append(entries: readonly Buffer[], now: number): void {
    const open = this.#open ?? this.#begin(now);
    this.counts.bytes += open.append(entries);
  }

  /** Whether a file takes nothing more. An empty file says nothing by being closed. */
  #isOver(file: RecordsFile, now: number): boolean {
    if (file.isCut || file.isDeleted) return true;
    const { maxFileBytes, maxFileMs } = this.#sink;
    return !file.isEmpty && (file.size >= maxFileBytes || now - file.begunAt >= maxFileMs);
  }

  /** Makes room on a full disk, or ends a file that takes nothing more though the disk has room: it is as large as files may be, say. */
  #mayTryAgain(error: unknown): boolean {
    const open = this.#open;
    if (isFullDisk(error)) return this.#makeRoom();
    // Another file would do no better than an empty one, or with entries that can't be encoded.
    if (open === null || !isOfSystem(error) || (open.isEmpty && !open.isCut)) return false;
    this.#end();
    return true;
  }

  /** @returns whether there may be room now. */
  #makeRoom(): boolean {
    if (this.#open?.isCut === true) this.#end();
    try {
      return this.#deleteOld() > 0;
    } catch {
      // What the write has failed by says more.
      return false;
    }
  }

  #begin(now: number): RecordsFile {
    const { run, mask } = this.#data;
    const part = this.#part;
    const header: FileHeader = { format: 1, run, part, begunAt: now, package: this.#data.package, mask: mask.fields };
    const path = join(this.#sink.directory, fileName(now, run, part, this.#encoder.extension));
    const open = new RecordsFile({
      ...{ path, begunAt: now, head: this.#encoder.begin(header), encoder: this.#encoder, wait: this.#wait },
      referred: { contexts: this.#contexts, policies: this.#policies },
    });
    this.#open = open;
    this.#part += 1;
    this.counts.files += 1;
    return open;
  }

  /** Ends the file that is open. What fails is kept for the next `tick`, and the rest is done all the same: a full disk must be freed. */
  #end(): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { isDeleted } = open;
    const loss = runAll([() => this.#forceEnd(open, isDeleted)]);
    this.#isDirty = false;
    if (loss !== null) this.#keepLoss(loss.error);
    const other = runAll([
      () => open.close(),
      () => {
        if (!isDeleted) open.writeIndex();
      },
      () => this.#deleteOld(),
    ]);
    this.#kept.other ??= other;
  }

  #forceEnd(open: RecordsFile, isDeleted: boolean): void {
    if (isDeleted && !open.isEmpty) throw new Error('the file that records were written to was deleted');
    if (!this.#isDirty || isDeleted) return;
    if (this.#sink.fsync === 'never') this.#unforced.push(open.path);
    else open.sync();
  }

  #syncOpen(): void {
    if (this.#isDirty) this.#open?.sync();
    this.#isDirty = false;
  }

  #syncEnded(): void {
    for (let path = this.#unforced[0]; path !== undefined; path = this.#unforced[0]) {
      this.#wait.during(() => forceToDisk(path));
      this.#unforced.shift();
    }
  }

  /** @returns how many files were deleted. */
  #deleteOld(): number {
    const deleted = deleteOld(this.#sink, this.#open === null ? null : basename(this.#open.path), Date.now());
    this.counts.deletedFiles += deleted;
    return deleted;
  }

  #keepLoss(error: unknown): void {
    this.#kept.loss ??= new LossError(error);
  }

  #throwLoss(): void {
    const { loss } = this.#kept;
    this.#kept.loss = null;
    if (loss !== null) throw loss;
  }

  #throwKept(): void {
    this.#throwLoss();
    const { other } = this.#kept;
    this.#kept.other = null;
    if (other !== null) throw other.error;
  }
}

/** Any descriptor of a file does. @throws {Error} where the disk fails. */
function forceToDisk(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r+');
  } catch (error) {
    // It was too old to be kept.
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
