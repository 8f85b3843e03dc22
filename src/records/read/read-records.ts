import type { DecisionLogRecord } from '../../api/records.js';
import { FieldReader } from '../../validation/field-reader.js';
import { describeValue } from '../../validation/issues.js';
import { Findings, type OnFinding, type RecordsFinding, type RecordsReadSummary } from './findings.js';
import { readFileOf } from './read-file.js';
import { recordsFiles } from './records-files.js';
import { RunSequences } from './run-sequence.js';

/** How files of records are read. */
export interface ReadRecordsOptions {
  /** Told of everything that is found beside records, while it is read. */
  onFinding?: ((finding: RecordsFinding) => void) | undefined;
}

/** Records that are being read. */
export interface RecordsReading extends AsyncGenerator<DecisionLogRecord, void, undefined> {
  /** What was found beside records so far: the first 1,000 of it. */
  readonly findings: readonly RecordsFinding[];
  /** What was read so far; complete once all is. */
  readonly summary: Readonly<RecordsReadSummary>;
}

/**
 * Reads decision records from files: binary (`.fsr`), lines of JSON (`.ndjson`), or those compressed (`.ndjson.gz`). Files of any size are read
 * in bounded memory. Nothing about the contents of a file makes it fail: damaged places, cut ends, gaps and unknown formats are
 * findings, and what can be read is.
 *
 * Within a run records come in the order of their sequence; runs come one after the other.
 *
 * @param paths files, or directories, of which the files that `recordDecisions` names are read.
 * @throws {InvalidOptionsError} where an argument is not as documented.
 * @throws {Error} while it is read, where a path does not exist.
 */
export function readRecords(paths: string | readonly string[], options: ReadRecordsOptions = {}): RecordsReading {
  const { list: given, onFinding } = checkedArguments(paths, options);
  const findings = new Findings(onFinding);
  const { list, summary } = findings;
  const records = generate(given, findings);
  return Object.assign(records, { findings: list, summary });
}

/** @throws {InvalidOptionsError} with everything that is wrong. */
function checkedArguments(
  paths: unknown,
  options: unknown,
): { list: readonly string[]; onFinding: ReadRecordsOptions['onFinding'] } {
  const reader = new FieldReader(options);
  const onFinding = reader.value('onFinding', 'a function', isOnFinding);
  reader.rejectUnknown();
  const expected = 'the path of a file or a directory';
  const list: unknown[] = Array.isArray(paths) ? [...paths] : [paths];
  const isOne = !Array.isArray(paths);
  if (list.length === 0) reader.issues.add('paths', `${expected}, or a list of such paths`, 'an empty array');
  for (const [index, path] of list.entries()) {
    if (isPath(path)) continue;
    if (isOne) reader.issues.add('paths', `${expected}, or a list of such paths`, describeValue(path));
    else reader.issues.add(`paths[${index}]`, expected, describeValue(path));
  }
  reader.throwIfInvalid();
  return { list: list.filter(isPath), onFinding };
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isOnFinding(value: unknown): value is OnFinding {
  return typeof value === 'function';
}

async function* generate(
  paths: readonly string[],
  findings: Findings,
): AsyncGenerator<DecisionLogRecord, void, undefined> {
  const sequences = new RunSequences(findings);
  const onFinding: OnFinding = (finding) => findings.add(finding);
  for (const file of await recordsFiles(paths)) {
    findings.summary.files += 1;
    const records = readFileOf(file, onFinding);
    try {
      for (;;) {
        const next = await nextOf(records);
        if (next instanceof ReadFailure) {
          findings.add({ what: 'unreadable', file, byte: 0, reason: next.reason });
          break;
        }
        if (next.done) break;
        const { record, at } = next.value;
        if (!sequences.take(record, file, at)) continue;
        findings.summary.records += 1;
        yield record;
      }
    } finally {
      await records.return(undefined);
    }
  }
  sequences.end();
}

/** A file that could not be read. */
class ReadFailure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Tells failures of the file system from those of whoever takes the records. */
async function nextOf<T>(records: AsyncGenerator<T>): Promise<IteratorResult<T, void> | ReadFailure> {
  try {
    return await records.next();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return new ReadFailure(String(error.code));
  }
}
