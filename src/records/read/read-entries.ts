import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHeader } from '../format/contexts.js';
import { entryHeadBytes, entryKinds, headFields } from '../format/entry-layout.js';
import { frameKinds, frameMark, readFrame } from '../format/frames.js';
import { RecordReader } from '../format/to-record.js';

/** An entry of a file, with what reads it: contexts and policies that stand before it are known to the reader. */
export interface ReadEntry {
  /** Not changed afterwards. */
  entry: Buffer;
  reader: RecordReader;
}

/** A part of a file that can't be read. */
export interface Damage {
  path: string;
  /** Where it begins, in bytes. */
  at: number;
  bytes: number;
  /** Whether it is the end of the file, as a process leaves it that was killed. */
  isTail: boolean;
}

export interface ReadEntriesOptions {
  onDamage?: (damage: Damage) => void;
  /** Told how many bytes more were read. */
  onBytes?: (bytes: number) => void;
}

const chunkBytes = 4 * 1024 * 1024;

/**
 * The entries of a binary file, one after the other. What is damaged is left out and told of.
 *
 * @throws {Error} where the file can't be read.
 */
export async function* readEntries(path: string, options: ReadEntriesOptions = {}): AsyncGenerator<ReadEntry> {
  let reader: RecordReader | null = null;
  for await (const { kind, payload, at } of readFrames(path, options)) {
    // Its checksum is right, and what it holds is none of what it should be all the same.
    const damaged = (): void => options.onDamage?.({ path, at, bytes: payload.length, isTail: false });
    if (kind === frameKinds.header) {
      reader = headerReader(payload);
      if (reader === null) damaged();
    } else if (kind === frameKinds.entry && reader !== null && payload.length >= entryHeadBytes) {
      const entryKind = payload.readUInt32LE(headFields.kind);
      if (entryKind !== entryKinds.context && entryKind !== entryKinds.policy) yield { entry: payload, reader };
      else if (!hasLearnt(reader, payload)) damaged();
    } else if (kind === frameKinds.entry) {
      damaged();
    }
  }
}

/** @returns null where it is no header. */
function headerReader(payload: Buffer): RecordReader | null {
  try {
    const header: unknown = JSON.parse(payload.toString());
    const isHeader = typeof header === 'object' && header !== null && 'run' in header && 'mask' in header;
    return isHeader ? new RecordReader(header as FileHeader) : null;
  } catch {
    return null;
  }
}

/** Has the reader take up a context or a policy. @returns false where it is none. */
function hasLearnt(reader: RecordReader, payload: Buffer): boolean {
  try {
    for (const _ of reader.records(payload));
    return true;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

async function* readFrames(
  path: string,
  { onDamage, onBytes }: ReadEntriesOptions,
): AsyncGenerator<{ kind: number; payload: Buffer; at: number }> {
  const file = await open(path, 'r');
  try {
    /** Bytes that were read and are no whole frame yet, and where they begin in the file. */
    let rest: Buffer = Buffer.alloc(0);
    let restAt = 0;
    let damagedAt = -1;
    const endDamage = (end: number): void => {
      if (damagedAt >= 0) onDamage?.({ path, at: damagedAt, bytes: end - damagedAt, isTail: false });
      damagedAt = -1;
    };
    for (;;) {
      // A new buffer each time: entries are views of it.
      const chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, rest.length) + rest.length);
      rest.copy(chunk);
      const { bytesRead } = await file.read(chunk, rest.length, chunk.length - rest.length);
      onBytes?.(bytesRead);
      const bytes = chunk.subarray(0, rest.length + bytesRead);
      let at = 0;
      for (;;) {
        const frame = readFrame(bytes, at);
        if (frame === null) break;
        if (frame === 'damaged') {
          if (damagedAt < 0) damagedAt = restAt + at;
          at = nextMark(bytes, at + 1);
          continue;
        }
        endDamage(restAt + at);
        yield { kind: frame.kind, payload: frame.payload, at: restAt + at };
        at = frame.end;
      }
      rest = bytes.subarray(at);
      restAt += at;
      if (bytesRead === 0) break;
    }
    if (damagedAt >= 0) endDamage(restAt + rest.length);
    else if (rest.length > 0) onDamage?.({ path, at: restAt, bytes: rest.length, isTail: true });
  } finally {
    await file.close();
  }
}

const markBytes = Buffer.alloc(4);
markBytes.writeUInt32LE(frameMark);

/** Where the next frame may begin; the last bytes may be the start of a mark. */
function nextMark(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(markBytes, from);
  return found >= 0 ? found : Math.max(from, bytes.length - 3);
}
