import { basename } from 'node:path';
import type { DecisionLogRecord } from '../../api/records.js';
import { readFileName } from '../format/file-names.js';
import type { Findings } from './findings.js';
import { SeenSequences } from './seen-sequences.js';

interface Run {
  seen: SeenSequences;
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
    const from = run.seen.next;
    const taken = run.seen.take(sequence);
    if (taken === 'repeated') return false;
    if (taken === 'late') this.#findings.summary.lost -= 1;
    if (sequence > from) this.#findings.add({ what: 'gap', file, byte, run: id, from, lost: sequence - from });
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
    const run = { seen: new SeenSequences(isFromStart ? 0 : sequence), hasEnd: false, file, byte: 0 };
    this.#runs.set(id, run);
    return run;
  }
}
