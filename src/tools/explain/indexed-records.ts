import { closeSync, fstatSync, openSync } from 'node:fs';
import type { DecisionLogRecord } from '../../api/records.js';
import { indexKey } from '../../records/format/index-layout.js';
import { lineAt } from '../../records/read/decision-at.js';
import { type IndexHead, type IndexPlace, placesOf, readIndexHead } from '../../records/read/index-file.js';
import { isRecord } from '../../records/read/record-shape.js';
import { EntriesByPlace } from './entries-by-place.js';

/** What a file has of some ids, read through its index. */
export interface IndexedRecords {
  records: DecisionLogRecord[];
  /** Whether ids are hashed in the file. Lines of JSON do not say. */
  areHashed: boolean;
}

/** The largest place that an index can name. */
const highestPlace = 0xff_ff_ff_ff;

/**
 * The records of ids in a file, found through the index beside it. It reads a few pages of the index, and of the file what they name.
 *
 * @param path of a file of records. @param ids as they are written.
 * @returns null where the file has to be read instead: it is compressed, or it has no index of all of it that can be used.
 */
export function indexedRecords(path: string, ids: readonly string[]): IndexedRecords | null {
  if (path.endsWith('.gz')) return null;
  const opened: number[] = [];
  const open = (name: string): number => {
    opened.push(openSync(name, 'r'));
    return opened.at(-1) as number;
  };
  try {
    const index = open(`${path}.idx`);
    const file = open(path);
    const head = readIndexHead(index);
    if (head === null || !coversAll(head, path, fstatSync(file).size)) return null;
    const places = ids.flatMap((id) => placesOf(index, head, indexKey(id))).sort(inOrder);
    return path.endsWith('.ndjson') ? recordsOfLines(file, places) : recordsOfEntries(file, places);
  } catch {
    // There is no index, or it is not that of the file.
    return null;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Whether the index has all decisions of the file. What lies beyond the largest place that it can name is not in it. */
function coversAll({ covers }: IndexHead, path: string, bytes: number): boolean {
  const unit = path.endsWith('.ndjson') ? 1 : 8;
  return (covers === 0 || covers >= bytes) && bytes <= highestPlace * unit;
}

function inOrder(a: IndexPlace, b: IndexPlace): number {
  return a.place - b.place || a.row - b.row;
}

/** @throws {Error} where a place has no line of JSON. */
function recordsOfLines(file: number, places: readonly IndexPlace[]): IndexedRecords {
  const records = places.map(({ place }) => {
    const text = lineAt(file, place);
    if (text === null) throw new RangeError('an index that names a place without a line');
    const record: unknown = JSON.parse(text);
    if (!isRecord(record)) throw new RangeError('an index that names a line that is no record');
    return record;
  });
  return { records, areHashed: false };
}

/** @throws {Error} where a place has no such entry. */
function recordsOfEntries(file: number, places: readonly IndexPlace[]): IndexedRecords {
  const entries = new EntriesByPlace(file);
  const records: DecisionLogRecord[] = [];
  for (const at of new Set(places.map(({ place }) => place))) {
    const rows = new Set(places.filter(({ place }) => place === at).map(({ row }) => row));
    const all = [...entries.recordsAt(at)];
    records.push(...all.filter((_, row) => rows.has(row)));
  }
  return { records, areHashed: entries.header.mask['/id'] === 'hash' };
}
