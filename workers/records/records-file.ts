import type { Buffer } from 'node:buffer';
import { unlinkSync } from 'node:fs';
import type { PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { AppendFile } from './append-file.js';
import type { Encoder } from './encoder.js';
import { IndexBuilder } from './index-builder.js';
import { runAll } from './run-all.js';
import type { SinkWait } from './sink-wait.js';

/** What entries may refer to, by its number. */
export interface Referred {
  contexts: ReadonlyMap<number, VersionContext>;
  policies: ReadonlyMap<number, PolicyContext>;
}

export interface RecordsFileOptions {
  path: string;
  /** What it begins with. */
  head: Buffer;
  begunAt: number;
  encoder: Encoder;
  referred: Referred;
  wait: SinkWait;
}

/** A file of records that is being written, and its index. */
export class RecordsFile {
  readonly begunAt: number;
  readonly #file: AppendFile;
  readonly #encoder: Encoder;
  readonly #referred: Referred;
  readonly #index = new IndexBuilder();
  readonly #headBytes: number;
  /** Bytes before compression. */
  #encoded: number;
  /** What it has of what entries refer to. */
  #contexts = new Set<number>();
  #policies = new Set<number>();

  /** @throws {Error} where it can't be made, or its head can't be written: it is gone then. */
  constructor({ path, head, begunAt, encoder, referred, wait }: RecordsFileOptions) {
    this.begunAt = begunAt;
    this.#encoder = encoder;
    this.#referred = referred;
    this.#headBytes = head.length;
    this.#encoded = head.length;
    this.#file = new AppendFile(path, wait);
    if (head.length === 0) return;
    try {
      this.#file.append([head]);
    } catch (error) {
      // Readers can't do without it.
      runAll([() => this.#file.close(), () => unlinkSync(path)]);
      throw error;
    }
  }

  get path(): string {
    return this.#file.path;
  }

  get size(): number {
    return this.#file.size;
  }

  /** Whether it has no entries. */
  get isEmpty(): boolean {
    return this.#encoded === this.#headBytes;
  }

  /** Whether somebody has deleted it. */
  get isDeleted(): boolean {
    return this.#file.isDeleted;
  }

  /** Whether it takes nothing more: it ends with a part of what was written. */
  get isCut(): boolean {
    return this.#file.isCut;
  }

  /** @returns the bytes that were written. @throws {Error} where not all entries could be: none is in the file then. */
  append(entries: readonly Buffer[]): number {
    const before = { encoded: this.#encoded, contexts: new Set(this.#contexts), policies: new Set(this.#policies) };
    const indexed = this.#index.mark();
    try {
      const pieces: Buffer[] = [];
      for (const entry of entries) {
        this.#pushReferred(pieces, entry);
        for (const piece of this.#encoder.entry(entry, this.#encoded, this.#index)) this.#push(pieces, piece);
      }
      return this.#file.append(this.#encoder.seal(pieces));
    } catch (error) {
      // The next try encodes them again.
      this.#encoded = before.encoded;
      this.#contexts = before.contexts;
      this.#policies = before.policies;
      this.#index.restore(indexed);
      this.#encoder.discard();
      throw error;
    }
  }

  /** @throws {Error} where the disk fails. */
  sync(): void {
    this.#file.sync();
  }

  /** Closes it. One that was cut and has no entries is of no use to readers: it is deleted. @throws {Error} what failed first; all is tried. */
  close(): void {
    const steps = [() => this.#file.close()];
    if (this.isCut && this.isEmpty) steps.push(() => unlinkSync(this.path));
    const failure = runAll(steps);
    if (failure !== null) throw failure.error;
  }

  /** Writes the index beside it, if there is anything to look up. @throws {Error} where that fails. */
  writeIndex(): void {
    if (!this.#index.isEmpty) this.#index.write(`${this.path}.idx`);
  }

  #push(pieces: Buffer[], piece: Buffer): void {
    if (piece.length === 0) return;
    pieces.push(piece);
    this.#encoded += piece.length;
  }

  /** What an entry refers to and the file does not have yet. */
  #pushReferred(pieces: Buffer[], entry: Buffer): void {
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind !== entryKinds.decisions && kind !== entryKinds.columns) return;
    const context = this.#referred.contexts.get(entry.readUInt32LE(headFields.context));
    if (context !== undefined && !this.#contexts.has(context.number)) {
      this.#contexts.add(context.number);
      this.#push(pieces, this.#encoder.context(context, this.#encoded, this.#index));
    }
    const policy = this.#referred.policies.get(entry.readUInt32LE(headFields.policy));
    if (policy !== undefined && !this.#policies.has(policy.number)) {
      this.#policies.add(policy.number);
      this.#push(pieces, this.#encoder.policy(policy));
    }
  }
}
