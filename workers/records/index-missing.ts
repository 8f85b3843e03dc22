import { Buffer } from 'node:buffer';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedDecision } from '../../src/api/records.js';
import type { VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { isRecordsFile, readFileName } from '../../src/records/format/file-names.js';
import { frameKinds } from '../../src/records/format/frames.js';
import { readJsonEntry } from '../../src/records/format/write-entry.js';
import { chunkBytes } from '../../src/records/read/file-chunks.js';
import { FrameStream, type PlacedFrame } from '../../src/records/read/frame-stream.js';
import { readIndexHead } from '../../src/records/read/index-file.js';
import { Lines } from '../../src/records/read/lines.js';
import { IndexBuilder } from './index-builder.js';
import { indexFrame } from './index-frame.js';

/**
 * Writes the indexes of files whose process was killed before it could. A file of a process that still writes gets one that says how much of
 * the file it covers; the process writes its own later. Takes as long as reading the files does.
 *
 * @param run whose files are left alone: the one of this process. @returns how many were written.
 */
export function indexMissing(directory: string, run: string): number {
  let written = 0;
  for (const name of readdirSync(directory).sort().reverse()) {
    if (!isRecordsFile(name) || name.endsWith('.gz') || readFileName(name)?.run === run) continue;
    const path = join(directory, name);
    try {
      if (isCovered(path)) continue;
      const index = new IndexBuilder();
      const covers = collect(path, index);
      // Its process may have written a better one meanwhile.
      if (isCovered(path)) continue;
      index.write(`${path}.idx`, covers);
      written += 1;
    } catch {
      // It was deleted meanwhile, or can't be read: the other files can.
    }
  }
  return written;
}

/** Whether a file has an index of all of it. */
function isCovered(path: string): boolean {
  const { size } = statSync(path);
  if (size === 0) return true;
  let descriptor: number;
  try {
    descriptor = openSync(`${path}.idx`, 'r');
  } catch {
    return false;
  }
  try {
    const head = readIndexHead(descriptor);
    return head !== null && (head.covers === 0 || head.covers >= size);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns how many bytes of the file were looked at. */
function collect(path: string, index: IndexBuilder): number {
  const isLines = path.endsWith('.ndjson');
  const frames = new FrameStream(path, () => {});
  const lines = new Lines(() => {});
  let read = 0;
  for (const chunk of chunksOf(path)) {
    read += chunk.length;
    if (isLines) for (const { text, at } of lines.push(chunk)) addLine(index, text, at);
    else for (const frame of frames.push(chunk)) addFrame(index, frame);
  }
  if (!isLines) for (const frame of frames.end()) addFrame(index, frame);
  return read;
}

function* chunksOf(path: string): Generator<Buffer> {
  const descriptor = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      const length = readSync(descriptor, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

function addFrame(index: IndexBuilder, { kind, payload, at }: PlacedFrame): void {
  // Places are in units of 8 bytes; after a piece that a full disk left there, frames may lie between.
  if (kind !== frameKinds.entry || at % 8 !== 0) return;
  try {
    const entryKind = payload.readUInt32LE(headFields.kind);
    if (entryKind === entryKinds.context) {
      index.addContext((readJsonEntry(payload) as VersionContext).number, at / 8);
    } else if (entryKind === entryKinds.decisions) {
      indexFrame(index, payload, at);
    }
  } catch {
    // Readers leave it out, too.
  }
}

function addLine(index: IndexBuilder, text: string, at: number): void {
  try {
    const { kind, id, role, at: time } = JSON.parse(text) as RecordedDecision;
    if (kind !== 'decision' || id === undefined || role === 'shadow') return;
    const bytes = Buffer.from(id);
    index.add(bytes, 0, bytes.length, { at: Date.parse(time), place: at, row: 0 });
  } catch {
    // Readers leave it out, too.
  }
}
