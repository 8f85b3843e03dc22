import type { RecordedDecision } from '../../api/records.js';
import type { VersionContext } from '../format/contexts.js';
import { headFields } from '../format/entry-layout.js';
import { type EntryRow, EntryView } from '../format/entry-view.js';
import { frameHeadBytes, frameMark, maxFrameBytes, readFrame } from '../format/frames.js';
import { readJsonEntry } from '../format/write-entry.js';
import type { FoundDecision } from '../host/recording.js';
import type { IndexPlace } from './index-file.js';
import { readAt } from './positioned-read.js';

/** Lines are read by so many bytes until their end is there, up to the most. */
const lineStepBytes = 16 * 1024;
const mostLineBytes = 64 * 1024 * 1024;

/** The payload of the frame at a place in units of 8 bytes; null where none is whole there. */
export function entryAt(descriptor: number, place: number): Buffer | null {
  const head = readAt(descriptor, place * 8, frameHeadBytes);
  if (head.length < frameHeadBytes || head.readUInt32LE(0) !== frameMark) return null;
  const length = head.readUInt32LE(4);
  if (length > maxFrameBytes) return null;
  const frame = readFrame(readAt(descriptor, place * 8, frameHeadBytes + length), 0);
  return frame === null || frame === 'damaged' ? null : frame.payload;
}

/** The version that a context is of; null where it can't be read. */
export function versionAt(descriptor: number, place: number, number: number): string | null {
  const entry = entryAt(descriptor, place);
  if (entry === null) return null;
  const context = readJsonEntry(entry) as VersionContext;
  return context.number === number ? context.model.version : null;
}

/**
 * The decision of a model at a place of a binary file.
 *
 * @param id as it is written. @param versionOf the version by the number of its context.
 * @returns null where another one is there, or one of the fallback, which labels say nothing about.
 */
export function decisionInFrame(
  descriptor: number,
  { place, row }: IndexPlace,
  id: string,
  versionOf: (context: number) => string | null,
): FoundDecision | null {
  const entry = entryAt(descriptor, place);
  if (entry === null) return null;
  const view = new EntryView(entry);
  const found = rowOf(view, row);
  if (found === null || found.id !== id || found.decidedBy === 'fallback') return null;
  const version = versionOf(entry.readUInt32LE(headFields.context));
  if (version === null) return null;
  const { decision, fraudProbability, amount } = found;
  return foundDecision({ decision, version, decidedAt: view.head.at }, fraudProbability, amount);
}

function rowOf(view: EntryView, wanted: number): EntryRow | null {
  let index = 0;
  for (const row of view.rows()) {
    if (index === wanted) return row;
    index += 1;
  }
  return null;
}

/** The same for a file of lines. */
export function decisionInLine(descriptor: number, { place }: IndexPlace, id: string): FoundDecision | null {
  const text = lineAt(descriptor, place);
  if (text === null) return null;
  const record = JSON.parse(text) as RecordedDecision;
  if (record.kind !== 'decision' || record.id !== id || record.decidedBy === 'fallback') return null;
  const { decision, model, at, fraudProbability, amount = null } = record;
  return foundDecision({ decision, version: model.version, decidedAt: Date.parse(at) }, fraudProbability, amount);
}

/** The line that begins at a place; null where it is cut or too long. */
export function lineAt(descriptor: number, place: number): string | null {
  for (let length = lineStepBytes; length <= mostLineBytes; length *= 4) {
    const bytes = readAt(descriptor, place, length);
    const end = bytes.indexOf(10);
    if (end >= 0) return bytes.toString('utf8', 0, end);
    if (bytes.length < length) return null;
  }
  return null;
}

function foundDecision(
  found: Pick<FoundDecision, 'decision' | 'version' | 'decidedAt'>,
  fraudProbability: number | null,
  amount: number | null,
): FoundDecision {
  return {
    ...found,
    ...(fraudProbability === null ? {} : { fraudProbability }),
    ...(amount === null ? {} : { amount }),
  };
}
