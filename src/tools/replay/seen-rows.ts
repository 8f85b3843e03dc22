import { SeenSequences } from '../../records/read/seen-sequences.js';
import type { BatchPart, RecordedRow } from './batch.js';

/** Leaves out rows that were read before: a write that was tried again leaves some twice, and so does a copy of a file. */
export class SeenRows {
  readonly #runs = new Map<string, SeenSequences>();
  repeated = 0;

  without<Part extends BatchPart>(part: Part): Part {
    const seen = this.#runs.get(part.run) ?? new SeenSequences(0);
    this.#runs.set(part.run, seen);
    const rows: RecordedRow[] = part.rows.filter(({ sequence }) => seen.take(sequence) !== 'repeated');
    if (rows.length === part.rows.length) return part;
    this.repeated += part.rows.length - rows.length;
    return { ...part, rows };
  }
}
