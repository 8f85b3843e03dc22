/** Something about files of records that is not a record. */
export type RecordsFinding =
  /** The file ends inside a record: its process was killed, or still writes. No error. */
  | { what: 'truncated-tail'; file: string; byte: number; bytes: number }
  /** Bytes that can't be read; what follows them is. `bytes`: how many, up to the next thing that can be read. */
  | { what: 'damaged'; file: string; byte: number; bytes: number; reason: string }
  /** Records that were dropped or lost: their sequence numbers are missing. `byte`: where the next record is; `lost`: how many. */
  | { what: 'gap'; file: string; byte: number; run: string; from: number; lost: number }
  /** A run without an end: it was killed, still goes on, or its last file is not here. `byte`: the file's end. */
  | { what: 'no-end'; file: string; byte: number; run: string }
  /** The file has a format that this version of the package does not know; the rest of it is left out. */
  | { what: 'unknown-format'; file: string; byte: number; found: string }
  /** The file can't be opened or read. */
  | { what: 'unreadable'; file: string; byte: number; reason: string };

/** What was read. */
export interface RecordsReadSummary {
  files: number;
  records: number;
  /** Records that are known to be lost: by gaps of the sequence, and by what ends of runs say. */
  lost: number;
  /** Places that can't be read, unknown formats and files that can't be opened. */
  damaged: number;
  /** Files that end inside a record. */
  truncated: number;
  /** Runs, and those without an end. */
  runs: number;
  unfinished: number;
}

/** So many findings are kept; all are counted. */
export const mostFindings = 1_000;

/** Keeps findings, and counts them. */
export class Findings {
  readonly list: RecordsFinding[] = [];
  readonly summary: RecordsReadSummary = {
    ...{ files: 0, records: 0, lost: 0, damaged: 0, truncated: 0 },
    ...{ runs: 0, unfinished: 0 },
  };
  readonly #onFinding: (finding: RecordsFinding) => void;

  constructor(onFinding: (finding: RecordsFinding) => void = () => {}) {
    this.#onFinding = onFinding;
  }

  add(finding: RecordsFinding): void {
    if (this.list.length < mostFindings) this.list.push(finding);
    const { summary } = this;
    if (finding.what === 'gap') summary.lost += finding.lost;
    else if (finding.what === 'truncated-tail') summary.truncated += 1;
    else if (finding.what === 'no-end') summary.unfinished += 1;
    else summary.damaged += 1;
    this.#onFinding(finding);
  }
}

/** Told of findings while one file is read. */
export type OnFinding = (finding: RecordsFinding) => void;
