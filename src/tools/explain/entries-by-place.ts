import { Buffer } from 'node:buffer';
import type { DecisionLogRecord } from '../../api/records.js';
import type { FileHeader, PolicyContext, VersionContext } from '../../records/format/contexts.js';
import { entryKinds, headFields } from '../../records/format/entry-layout.js';
import { frameHeadBytes, frameKinds, frameMark, maxFrameBytes } from '../../records/format/frames.js';
import { RecordReader } from '../../records/format/to-record.js';
import { readJsonEntry } from '../../records/format/write-entry.js';
import { entryAt } from '../../records/read/decision-at.js';
import { readAt } from '../../records/read/positioned-read.js';

/** So much is read at a time while heads of frames are looked at. A frame that is longer is not read. */
const windowBytes = 64 * 1024;

/** The head of a frame, and the beginning of its entry up to the kind. */
const lookBytes = frameHeadBytes + headFields.kind + 4;

/**
 * Reads single entries of a binary file. The contexts and policies that they refer to stand before them: all of these are read up to there, and
 * of other frames the heads alone.
 */
export class EntriesByPlace {
  readonly header: FileHeader;
  readonly #file: number;
  readonly #reader: RecordReader;
  /** Up to where contexts and policies are read, in bytes. */
  #at = 0;
  #window: { from: number; bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) };

  /** @throws {Error} where the file can't be read, or does not begin with a header that this version knows. */
  constructor(file: number) {
    this.#file = file;
    this.header = JSON.parse(this.#payload(0).toString()) as FileHeader;
    if (this.header.format !== 1) throw new RangeError('a format that is not known');
    this.#reader = new RecordReader(this.header);
  }

  /**
   * The records of the entry at a place.
   *
   * @param place in units of 8 bytes. Places are asked for in their order. @throws {Error} where a frame before it, or its own, can't be read.
   */
  recordsAt(place: number): Iterable<DecisionLogRecord> {
    while (this.#at < place * 8) this.#skip();
    return this.#reader.records(this.#payload(place * 8));
  }

  /** Goes on to the next frame, and reads this one if others refer to it. */
  #skip(): void {
    const head = this.#look();
    const length = head.length < frameHeadBytes ? Number.POSITIVE_INFINITY : head.readUInt32LE(4);
    if (length > maxFrameBytes || head.readUInt32LE(0) !== frameMark)
      throw new RangeError('a place that holds no frame');
    if (head.readUInt32LE(12) === frameKinds.entry && head.length === lookBytes) this.#learn(head);
    this.#at += frameHeadBytes + length;
  }

  #learn(head: Buffer): void {
    const kind = head.readUInt32LE(frameHeadBytes + headFields.kind);
    if (kind === entryKinds.context) this.#reader.addContext(readJsonEntry(this.#payload(this.#at)) as VersionContext);
    if (kind === entryKinds.policy) this.#reader.addPolicy(readJsonEntry(this.#payload(this.#at)) as PolicyContext);
  }

  #look(): Buffer {
    const from = this.#at - this.#window.from;
    const isThere = from >= 0 && from + lookBytes <= this.#window.bytes.length;
    if (!isThere) this.#window = { from: this.#at, bytes: readAt(this.#file, this.#at, windowBytes) };
    const start = this.#at - this.#window.from;
    return this.#window.bytes.subarray(start, start + lookBytes);
  }

  /** @throws {RangeError} where no whole frame is there. */
  #payload(at: number): Buffer {
    const payload = entryAt(this.#file, at / 8);
    if (payload === null) throw new RangeError('a place that holds no whole frame');
    return payload;
  }
}
