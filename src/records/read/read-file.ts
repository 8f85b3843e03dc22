import type { DecisionLogRecord } from '../../api/records.js';
import { fileChunks } from './file-chunks.js';
import type { OnFinding } from './findings.js';
import { gunzipMembers } from './gunzip-members.js';
import { type Line, Lines } from './lines.js';
import { readEntries } from './read-entries.js';
import { isRecord, recordKind } from './record-shape.js';

/** A record, and where it is in its file: where its frame, its line or its gzip member begins, in bytes. */
export interface PlacedRecord {
  record: DecisionLogRecord;
  at: number;
}

/** The records of one file. @throws {Error} where it can't be opened or read. */
export function readFileOf(path: string, onFinding: OnFinding): AsyncGenerator<PlacedRecord> {
  if (path.endsWith('.gz')) return zippedRecords(path, onFinding);
  return path.endsWith('.ndjson') ? lineRecords(path, onFinding) : entryRecords(path, onFinding);
}

async function* entryRecords(path: string, onFinding: OnFinding): AsyncGenerator<PlacedRecord> {
  for await (const { entry, at, reader } of readEntries(path, onFinding)) {
    try {
      for (const record of reader.records(entry)) yield { record, at };
    } catch (error) {
      // Its CRC is right, so it was written like this.
      if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
      onFinding({ what: 'damaged', file: path, byte: at, bytes: entry.length, reason: error.message });
    }
  }
}

async function* lineRecords(path: string, onFinding: OnFinding): AsyncGenerator<PlacedRecord> {
  const parser = new LineParser(path, onFinding);
  const lines = new Lines((byte, bytes) => tellTooLong(path, byte, bytes, onFinding));
  for await (const chunk of fileChunks(path)) {
    for (const line of lines.push(chunk)) {
      const record = parser.parse(line, line.at);
      if (record !== null) yield { record, at: line.at };
    }
  }
  const last = lines.end();
  const record = last === null ? null : parser.parse(last, last.at);
  if (last !== null && record !== null) yield { record, at: last.at };
}

async function* zippedRecords(path: string, onFinding: OnFinding): AsyncGenerator<PlacedRecord> {
  const parser = new LineParser(path, onFinding);
  let member = 0;
  const newLines = (): Lines => new Lines((_, bytes) => tellTooLong(path, member, bytes, onFinding));
  let lines = newLines();
  let isLossTold = false;
  const members = gunzipMembers(path, (finding) => {
    isLossTold = true;
    onFinding(finding);
  });
  for await (const { bytes, at, isAfterLoss } of members) {
    // The open line continues in the lost bytes.
    if (isAfterLoss) lines = newLines();
    isLossTold = false;
    member = at;
    for (const line of lines.push(bytes)) {
      const record = parser.parse(line, at);
      if (record !== null) yield { record, at };
    }
  }
  const last = lines.end();
  const record = last === null ? null : parser.parse(last, member, isLossTold);
  if (record !== null) yield { record, at: member };
}

function tellTooLong(file: string, byte: number, bytes: number, onFinding: OnFinding): void {
  onFinding({ what: 'damaged', file, byte, bytes, reason: 'a line that is too long' });
}

/** Reads lines of one file, and tells of those that can't be read. */
class LineParser {
  readonly #file: string;
  readonly #onFinding: OnFinding;
  #hasToldFormat = false;

  constructor(file: string, onFinding: OnFinding) {
    this.#file = file;
    this.#onFinding = onFinding;
  }

  /** @param byte its place in the file. @param isLossTold whether a finding says already why a line is cut. @returns null if it is no record. */
  parse({ text, isWhole }: Line, byte: number, isLossTold = false): DecisionLogRecord | null {
    if (text === '' && isWhole) return null;
    const bytes = Buffer.byteLength(text);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      if (isWhole)
        this.#onFinding({ what: 'damaged', file: this.#file, byte, bytes, reason: 'a line that is no JSON' });
      else if (!isLossTold) this.#onFinding({ what: 'truncated-tail', file: this.#file, byte, bytes });
      return null;
    }
    if (typeof value !== 'object' || value === null || !('schema' in value)) {
      this.#onFinding({ what: 'damaged', file: this.#file, byte, bytes, reason: 'a line that is no record' });
      return null;
    }
    if (value.schema !== 1) {
      const found = String(value.schema).slice(0, 20);
      if (!this.#hasToldFormat) this.#onFinding({ what: 'unknown-format', file: this.#file, byte, found });
      this.#hasToldFormat = true;
      return null;
    }
    if (isRecord(value)) return value;
    const kind = recordKind(value);
    // Kinds of records that later versions add are left out.
    if (kind !== null || !('kind' in value)) {
      const reason = `a line that is no ${kind === 'decision' ? kind : 'record'}`;
      this.#onFinding({ what: 'damaged', file: this.#file, byte, bytes, reason });
    }
    return null;
  }
}
