import type { Buffer } from 'node:buffer';
import { basename } from 'node:path';
import type { FileHeader, PolicyContext, VersionContext } from '../format/contexts.js';
import { entryKinds, headFields } from '../format/entry-layout.js';
import { frameKinds } from '../format/frames.js';
import { RecordReader } from '../format/to-record.js';
import { readJsonEntry } from '../format/write-entry.js';
import type { OnFinding } from './findings.js';
import { framesOf, type PlacedFrame } from './frame-stream.js';

/** An entry as it lies in its file: rows of a batch, a label, a call of `scoreColumns`, the end of a run. */
export interface FileEntry {
  /** Masked; laid out as `entry-layout.ts` says. It has memory of its own and may be kept. */
  entry: Buffer;
  /** Where its frame begins in the file, in bytes. */
  at: number;
  /** Knows the contexts and policies that the entry refers to, and the file's header. */
  reader: RecordReader;
}

/** The longest format number that a finding shows. */
const longestFound = 20;

/**
 * The entries of one binary file, in their order. What can't be read is left out and told.
 *
 * @param path of a file that ends in `.fsr`. @param onFinding is told of places that can't be read, and of a cut end.
 * @throws {Error} where the file can't be opened or read.
 */
export async function* readEntries(path: string, onFinding: OnFinding = () => {}): AsyncGenerator<FileEntry> {
  const file = new EntriesOfFile(path, onFinding);
  for await (const frame of framesOf(path, onFinding)) {
    const entry = file.take(frame);
    if (entry === 'unknown-format') return;
    if (entry !== null) yield entry;
  }
}

/** Follows a file through its header and contexts. */
class EntriesOfFile {
  readonly #path: string;
  readonly #onFinding: OnFinding;
  #reader: RecordReader | null = null;
  #hasToldHeader = false;

  constructor(path: string, onFinding: OnFinding) {
    this.#path = path;
    this.#onFinding = onFinding;
  }

  /** @returns null where the frame is no record. */
  take(frame: PlacedFrame): FileEntry | null | 'unknown-format' {
    try {
      if (frame.kind === frameKinds.header) return this.#header(frame);
      return frame.kind === frameKinds.entry ? this.#entry(frame) : null;
    } catch (error) {
      this.#tell(frame, error instanceof Error ? error.message : 'not as it should be');
      return null;
    }
  }

  #header({ payload, at }: PlacedFrame): null | 'unknown-format' {
    const header = JSON.parse(payload.toString()) as FileHeader;
    if (header.format !== 1) {
      const found = String(header.format).slice(0, longestFound);
      this.#onFinding({ what: 'unknown-format', file: this.#path, byte: at, found });
      return 'unknown-format';
    }
    // The header stands there twice; another one begins where files were joined.
    const known = this.#reader?.header;
    if (known?.run !== header.run || known.part !== header.part) this.#reader = new RecordReader(header);
    return null;
  }

  #entry(frame: PlacedFrame): FileEntry | null {
    const { payload: entry, at } = frame;
    const reader = this.#reader;
    if (reader === null) {
      if (!this.#hasToldHeader) this.#tell(frame, `${basename(this.#path)} has no header before this`);
      this.#hasToldHeader = true;
      return null;
    }
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind === entryKinds.context) reader.addContext(readJsonEntry(entry) as VersionContext);
    else if (kind === entryKinds.policy) reader.addPolicy(readJsonEntry(entry) as PolicyContext);
    else return { entry, at, reader };
    return null;
  }

  #tell({ at, payload }: PlacedFrame, reason: string): void {
    this.#onFinding({ what: 'damaged', file: this.#path, byte: at, bytes: payload.length, reason });
  }
}
