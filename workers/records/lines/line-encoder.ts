import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { FileHeader, PolicyContext, VersionContext } from '../../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../../src/records/format/entry-layout.js';
import { EntryView } from '../../../src/records/format/entry-view.js';
import { RecordReader } from '../../../src/records/format/to-record.js';
import type { Encoder } from '../encoder.js';
import type { IndexBuilder } from '../index-builder.js';
import { DecisionLines } from './decision-lines.js';
import { JsonBytes } from './json-bytes.js';

/** A line of JSON for each record. */
export class LineEncoder implements Encoder {
  readonly extension: string;
  readonly #gzip: boolean;
  readonly #json = new JsonBytes();
  #decisions: DecisionLines | null = null;
  #others: RecordReader | null = null;

  constructor(gzip: boolean) {
    this.#gzip = gzip;
    this.extension = gzip ? 'ndjson.gz' : 'ndjson';
  }

  begin(header: FileHeader): Buffer {
    this.#decisions = new DecisionLines(header);
    this.#others = new RecordReader(header);
    return Buffer.alloc(0);
  }

  context(context: VersionContext): Buffer {
    this.#decisions?.addContext(context);
    this.#others?.addContext(context);
    return Buffer.alloc(0);
  }

  policy(policy: PolicyContext): Buffer {
    this.#decisions?.addPolicy(policy);
    return Buffer.alloc(0);
  }

  entry(entry: Buffer, at: number, index: IndexBuilder): readonly Buffer[] {
    if (entry.readUInt32LE(headFields.kind) === entryKinds.decisions) this.#decided(entry, at, index);
    else for (const record of this.#others?.records(entry) ?? []) this.#json.text(`${JSON.stringify(record)}\n`);
    return [this.#json.take()];
  }

  seal(pieces: readonly Buffer[]): readonly Buffer[] {
    this.#json.clear();
    if (!this.#gzip || pieces.length === 0) return pieces;
    // A member for each piece: what was written before the end of a process can be read.
    return [gzipSync(Buffer.concat(pieces), { level: 1 })];
  }

  discard(): void {
    this.#json.clear();
  }

  #decided(entry: Buffer, at: number, index: IndexBuilder): void {
    const view = new EntryView(entry);
    const texts = view.texts();
    // A place in a compressed file can't be reached.
    const isIndexed = !this.#gzip && view.head.role !== 'shadow';
    this.#decisions?.write(this.#json, entry, view, (row, lineAt) => {
      const from = texts[2 * row] as number;
      const end = texts[2 * row + 1] as number;
      if (isIndexed && end > from) index.add(entry, from, end, { at: view.head.at, place: at + lineAt, row: 0 });
    });
  }
}
