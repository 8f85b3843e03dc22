import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { DecisionLogRecord, RecordedDecision } from '../../api/records.js';
import { entryKinds, headFields } from '../../records/format/entry-layout.js';
import { readEntries } from '../../records/read/read-entries.js';
import { readFileOf } from '../../records/read/read-file.js';
import { fileError, isDamage, isOfLines } from '../replay/read-parts.js';
import type { SourceFile } from '../replay/source-files.js';

/** Which decisions are looked for. */
export type Wanted = { decisionId: string } | { ids: readonly string[] };

export interface FoundDecisions {
  decisions: RecordedDecision[];
  /** Whether ids are hashed in one of the files: without the key an id is not found there. */
  areHashed: boolean;
}

/** More of one id are not listed. */
const mostFound = 1_000;

/** Hexadecimal digits of a hash, as records have it. */
const hashDigits = 32;

/**
 * The texts that an id may be written as: as it is, and hashed.
 *
 * @param key what a key file holds: the key itself, with or without an end of line, or its bytes in hexadecimal or Base64. null where there is none.
 */
export function writtenIds(id: string, key: Buffer | null): string[] {
  if (key === null) return [id];
  const text = key.toString('utf8').trim();
  const keys: Buffer[] = [key, Buffer.from(key.toString('utf8').replace(/\r?\n$/, '')), Buffer.from(text)];
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) keys.push(Buffer.from(text, 'hex'));
  if (/^[\w+/-]+={0,2}$/.test(text)) keys.push(Buffer.from(text, 'base64'));
  const hashes = keys.map((bytes) => createHmac('sha256', bytes).update(id).digest('hex').slice(0, hashDigits));
  return [...new Set([id, ...hashes])];
}

/** Looks for decisions in files, in their order. @throws {ScoreFileError} where a file can't be read. */
export async function findDecisions(files: readonly SourceFile[], wanted: Wanted): Promise<FoundDecisions> {
  const found: FoundDecisions = { decisions: [], areHashed: false };
  const wantsMore = (): boolean => found.decisions.length < ('ids' in wanted ? mostFound : 1);
  const take = (record: DecisionLogRecord): void => {
    if (record.kind !== 'decision' || !isWanted(record, wanted) || !wantsMore()) return;
    // A disk that was full can leave some twice.
    if (found.decisions.some(({ decisionId }) => decisionId === record.decisionId)) return;
    found.decisions.push(record);
  };
  for (const file of files) {
    if (!wantsMore()) break;
    try {
      if (isOfLines(file.path)) for await (const { record } of readFileOf(file.path, () => {})) take(record);
      else await searchEntries(file.path);
    } catch (error) {
      throw fileError(file.path, error);
    }
  }
  return found;

  async function searchEntries(path: string): Promise<void> {
    for await (const { entry, reader } of readEntries(path)) {
      if (reader.header.mask['/id'] === 'hash') found.areHashed = true;
      if (!mayHave(entry, reader.header.run, wanted)) continue;
      try {
        for (const record of reader.records(entry)) take(record);
      } catch (error) {
        // It was written like this: what can't be read is not found.
        if (!isDamage(error)) throw error;
      }
    }
  }
}

function isWanted({ decisionId, id }: RecordedDecision, wanted: Wanted): boolean {
  if ('decisionId' in wanted) return decisionId === wanted.decisionId;
  return id !== undefined && wanted.ids.includes(id);
}

/** Whether an entry may hold one: most need not be read. */
function mayHave(entry: Buffer, run: string, wanted: Wanted): boolean {
  if (entry.readUInt32LE(headFields.kind) !== entryKinds.decisions) return false;
  if ('ids' in wanted) return wanted.ids.some((id) => entry.includes(id));
  const first = entry.readDoubleLE(headFields.sequence);
  const rows = entry.readUInt32LE(headFields.rows);
  const sequence = Number(wanted.decisionId.slice(run.length + 1));
  return wanted.decisionId.startsWith(`${run}-`) && sequence >= first && sequence < first + rows;
}
