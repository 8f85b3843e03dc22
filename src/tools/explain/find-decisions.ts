import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { basename } from 'node:path';
import type { DecisionLogRecord, RecordedDecision } from '../../api/records.js';
import { entryKinds, headFields } from '../../records/format/entry-layout.js';
import { readFileName } from '../../records/format/file-names.js';
import { minKeyBytes } from '../../records/format/id-hash.js';
import type { OnFinding } from '../../records/read/findings.js';
import { readEntries } from '../../records/read/read-entries.js';
import { readFileOf } from '../../records/read/read-file.js';
import { fileError, isDamage, isOfLines } from '../replay/read-parts.js';
import type { SourceFile } from '../replay/source-files.js';
import { indexedRecords } from './indexed-records.js';

/** Which decisions are looked for. */
export type Wanted = { decisionId: string } | { ids: readonly string[] };

export interface FoundDecisions {
  decisions: RecordedDecision[];
  /** Whether ids are hashed in one of the files: without the key an id is not found there. */
  areHashed: boolean;
  /** Places that could not be read, in the files that were: a decision may have been there. */
  damaged: number;
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
  const long = keys.filter(({ length }) => length >= minKeyBytes);
  const hashes = long.map((bytes) => createHmac('sha256', bytes).update(id).digest('hex').slice(0, hashDigits));
  return [...new Set([id, ...hashes])];
}

/**
 * Looks for decisions in files, in their order. Ids are looked up in the indexes of the files, where these have them; of a decision, the name of a
 * file says whether it is of its run. Files that need not be read by that are read where nothing is found in the others.
 *
 * @throws {ScoreFileError} where a file can't be read.
 */
export async function findDecisions(files: readonly SourceFile[], wanted: Wanted): Promise<FoundDecisions> {
  const search = new Search(wanted);
  const left: SourceFile[] = [];
  for (const file of files) {
    if (!search.wantsMore) break;
    if (search.needNotRead(file)) left.push(file);
    else await search.read(file);
  }
  if (search.found.decisions.length === 0) for (const file of left) await search.read(file);
  return search.found;
}

class Search {
  readonly found: FoundDecisions = { decisions: [], areHashed: false, damaged: 0 };
  readonly #wanted: Wanted;

  readonly #onFinding: OnFinding = ({ what }) => {
    if (what === 'damaged' || what === 'unknown-format') this.found.damaged += 1;
  };

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  get wantsMore(): boolean {
    return this.found.decisions.length < ('ids' in this.#wanted ? mostFound : 1);
  }

  /** Takes what the index of a file says of ids. @returns whether the index, or the file's name, says all of it. */
  needNotRead({ path }: SourceFile): boolean {
    const wanted = this.#wanted;
    if (!('ids' in wanted)) {
      const name = readFileName(basename(path));
      return name !== null && !wanted.decisionId.startsWith(`${name.run}-`);
    }
    const indexed = indexedRecords(path, wanted.ids);
    if (indexed?.areHashed) this.found.areHashed = true;
    for (const record of indexed?.records ?? []) this.#take(record);
    return indexed !== null;
  }

  /** @throws {ScoreFileError} where the file can't be read. */
  async read({ path }: SourceFile): Promise<void> {
    try {
      if (isOfLines(path)) for await (const { record } of readFileOf(path, this.#onFinding)) this.#take(record);
      else await this.#readEntries(path);
    } catch (error) {
      throw fileError(path, error);
    }
  }

  async #readEntries(path: string): Promise<void> {
    for await (const { entry, reader } of readEntries(path, this.#onFinding)) {
      if (reader.header.mask['/id'] === 'hash') this.found.areHashed = true;
      if (!mayHave(entry, reader.header.run, this.#wanted)) continue;
      try {
        for (const record of reader.records(entry)) this.#take(record);
      } catch (error) {
        // It was written like this: what can't be read is not found.
        if (!isDamage(error)) throw error;
        this.found.damaged += 1;
      }
    }
  }

  #take(record: DecisionLogRecord): void {
    if (record.kind !== 'decision' || !isWanted(record, this.#wanted) || !this.wantsMore) return;
    // A disk that was full can leave some twice.
    if (this.found.decisions.some(({ decisionId }) => decisionId === record.decisionId)) return;
    this.found.decisions.push(record);
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
