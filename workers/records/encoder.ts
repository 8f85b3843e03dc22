import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { DecisionLogRecord } from '../../src/api/records.js';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { EntryView } from '../../src/records/format/entry-view.js';
import { frameHeadBytes, frameKinds, writeFrameHead } from '../../src/records/format/frames.js';
import { RecordReader } from '../../src/records/format/to-record.js';
import { jsonEntry } from '../../src/records/format/write-entry.js';
import type { IndexBuilder } from './index-builder.js';

/** Turns masked entries into the bytes of one file. */
export interface Encoder {
  readonly extension: string;
  /** What a new file begins with. */
  begin(header: FileHeader): Buffer;
  /** @param at where the bytes will begin in the file. @param index is told where the context is. */
  context(context: VersionContext, at: number, index: IndexBuilder): Buffer;
  policy(policy: PolicyContext): Buffer;
  /** @param at where the bytes will begin in the file. @param index is told where decisions are. */
  entry(entry: Buffer, at: number, index: IndexBuilder): Buffer;
  /** Makes one piece of what was encoded since the last. */
  seal(pieces: readonly Buffer[]): Buffer;
}

/**
 * Frames: see `frames.ts`. What all else in a file depends on, its header, contexts and policies, stands in it twice, so that a damaged byte
 * costs one batch at most.
 */
export class BinaryEncoder implements Encoder {
  readonly extension = 'fsr';

  begin(header: FileHeader): Buffer {
    const text = Buffer.from(JSON.stringify(header));
    const payload = Buffer.alloc((text.length + 7) & ~7, ' ');
    text.copy(payload);
    return twice(framed(payload, frameKinds.header));
  }

  context(context: VersionContext, at: number, index: IndexBuilder): Buffer {
    const bytes = twice(framed(jsonEntry(entryKinds.context, context), frameKinds.entry));
    index.addContext(context.number, at / 8);
    return bytes;
  }

  policy(policy: PolicyContext): Buffer {
    return twice(framed(jsonEntry(entryKinds.policy, policy), frameKinds.entry));
  }

  entry(entry: Buffer, at: number, index: IndexBuilder): Buffer {
    if (entry.readUInt32LE(headFields.kind) === entryKinds.decisions) {
      const view = new EntryView(entry);
      let row = 0;
      for (const { id } of view.rows()) {
        if (id !== null && view.head.role !== 'shadow') index.add(id, view.head.at, at / 8, row);
        row += 1;
      }
    }
    return framed(entry, frameKinds.entry);
  }

  seal(pieces: readonly Buffer[]): Buffer {
    return Buffer.concat(pieces);
  }
}

function twice(frame: Buffer): Buffer {
  return Buffer.concat([frame, frame]);
}

function framed(payload: Buffer, kind: number): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + payload.length);
  payload.copy(frame, frameHeadBytes);
  writeFrameHead(frame, 0, payload.length, kind);
  return frame;
}

/** A line of JSON for each record. */
export class LineEncoder implements Encoder {
  readonly extension: string;
  readonly #gzip: boolean;
  #reader: RecordReader | null = null;

  constructor(gzip: boolean) {
    this.#gzip = gzip;
    this.extension = gzip ? 'ndjson.gz' : 'ndjson';
  }

  begin(header: FileHeader): Buffer {
    this.#reader = new RecordReader(header);
    return Buffer.alloc(0);
  }

  context(context: VersionContext): Buffer {
    this.#reader?.addContext(context);
    return Buffer.alloc(0);
  }

  policy(policy: PolicyContext): Buffer {
    this.#reader?.addPolicy(policy);
    return Buffer.alloc(0);
  }

  entry(entry: Buffer, at: number, index: IndexBuilder): Buffer {
    let text = '';
    let bytes = 0;
    for (const record of this.records(entry)) {
      const line = `${JSON.stringify(record)}\n`;
      if (record.kind === 'decision' && record.id !== undefined && record.role !== 'shadow') {
        index.add(record.id, Date.parse(record.at), at + bytes, 0);
      }
      bytes += Buffer.byteLength(line);
      text += line;
    }
    return Buffer.from(text);
  }

  /** The records of an entry. */
  records(entry: Buffer): DecisionLogRecord[] {
    return [...(this.#reader?.records(entry) ?? [])];
  }

  seal(pieces: readonly Buffer[]): Buffer {
    const bytes = Buffer.concat(pieces);
    // A member for each piece: what was written before the end of a process can be read.
    return this.#gzip && bytes.length > 0 ? gzipSync(bytes, { level: 1 }) : bytes;
  }
}
