import { basename } from 'node:path';
import type { DecisionLogRecord } from '../../api/records.js';
import { readFileName } from '../format/file-names.js';
import type { Findings } from './findings.js';

interface Run {
  /** The sequence that should come next. */
  next: number;
  hasEnd: boolean;
  file: string;
  byte: number;
}

/** Follows the sequence numbers of runs: what is missing was dropped or lost. */
export class RunSequences {
  readonly #runs = new Map<string, Run>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** @returns false where the record was read already: a disk that was full can leave some twice. */
  take(record: DecisionLogRecord, file: string, byte: number): boolean {
    const { run: id, sequence } = record;
    const run = this.#runs.get(id) ?? this.#begin(id, sequence, file);
    if (sequence < run.next) return false;
    if (sequence > run.next) this.#tellGap(id, run, sequence - run.next, file, byte);
    run.next = sequence + 1;
    run.file = file;
    run.byte = byte;
    if (record.kind === 'end') run.hasEnd = true;
    return true;
  }

  /** Tells of runs without an end. */
  end(): void {
    const { summary } = this.#findings;
    summary.runs = this.#runs.size;
    for (const [run, { hasEnd, file, byte }] of this.#runs) {
      if (!hasEnd) this.#findings.add({ what: 'no-end', file, byte, run });
    }
  }

  #begin(id: string, sequence: number, file: string): Run {
    // Earlier files of the run may have been deleted, or are not among those that are read.
    const isFromStart = (readFileName(basename(file))?.part ?? (sequence === 0 ? 0 : 1)) === 0;
    const run = { next: isFromStart ? 0 : sequence, hasEnd: false, file, byte: 0 };
    this.#runs.set(id, run);
    return run;
  }

  #tellGap(id: string, run: Run, lost: number, file: string, byte: number): void {
    this.#findings.add({ what: 'gap', file, byte, run: id, from: run.next, lost });
  }
}
