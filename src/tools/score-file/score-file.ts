import type { ModelResult, ScoreOutcome } from '../../api/result.js';
import { InvalidRequestError } from '../../errors.js';
import type { ManifestInput } from '../../models/manifest-inputs.js';
import { formatOf } from './file-format.js';
import { openInput } from './input-file.js';
import { OutputFile } from './output-file.js';
import type { RowProblem } from './raw-row.js';
import { readCsv } from './read-csv.js';
import type { RowFeatures } from './read-features.js';
import { readNdjson } from './read-ndjson.js';
import { isPrepared, type OtherColumns, type PreparedRow, RowPreparer } from './row-preparer.js';
import { ScoreFileError } from './score-file-error.js';
import { type ScoredRow, scoreLines } from './score-lines.js';
import { describeProblem, SkipCounts, type SkippedRows } from './skipped-rows.js';
import { utf8Chunks } from './utf8-chunks.js';

export interface ScoreFileOrder {
  file: string;
  out: string;
  /** Of the model that scores. */
  inputs: readonly ManifestInput[];
  columns: OtherColumns;
  /** Leaves a bad row out, and goes on. @default a bad row ends it */
  skipBadRows: boolean;
}

/** What `scoreMany` takes. */
export interface RowRequest {
  features: RowFeatures;
}

export interface ScoreFileParts {
  scoreMany(requests: RowRequest[]): Promise<ScoreOutcome[]>;
  /** Called for each row, in the order of the file. */
  onScored(row: PreparedRow, result: ModelResult): void;
  /** Called now and then. */
  onProgress(progress: Progress): void;
  signal?: AbortSignal | undefined;
}

export interface Progress {
  /** Of the file as it lies on the disk. */
  bytes: number;
  totalBytes: number;
  rows: number;
}

export interface ScoredFile {
  /** Rows of the file. */
  rows: number;
  scored: number;
  skipped: SkippedRows[];
}

/** Rows of a batch at most, and features of all its rows together. */
const maxBatchRows = 1_024;
const maxBatchFeatures = 1_000_000;
/** Batches that are being scored at the same time: more would be no faster. */
const maxBatches = 4;

/**
 * Scores the rows of a file and writes their scores to another, in their order and in bounded memory. The file of scores is there when all
 * is done; if anything goes wrong before, nothing is.
 *
 * @throws {ScoreFileError} where a file can't be read or written, a column is missing or, unless they are left out, a row is bad.
 * @throws {FraudScorerError} where the scorer fails.
 */
export async function scoreFile(order: ScoreFileOrder, parts: ScoreFileParts): Promise<ScoredFile> {
  const { file, inputs, columns } = order;
  const { kind } = formatOf('FILE', file);
  const outFormat = formatOf('--out', order.out);
  const preparer = new RowPreparer(inputs, columns, kind);
  const input = await openInput(file);
  const lines = scoreLines(outFormat.kind, columns.id ?? 'row');
  const out = new OutputFile(order.out, outFormat.isGzip);
  try {
    let bytes = 0;
    const chunks = input.chunks((read) => {
      bytes = read;
    });
    const read = kind === 'csv' ? readCsv : readNdjson;
    await out.write(lines.head);
    const pass = new Pass(order, parts, preparer, (rows) => out.write(lines.lines(rows)));
    for await (const rows of read(file, utf8Chunks(file, chunks), preparer.columns)) {
      for (const row of rows) {
        const prepared = preparer.prepare(row);
        await (isPrepared(prepared) ? pass.score(prepared) : pass.refuse(row.line, prepared));
      }
      if (parts.signal?.aborted) throw new ScoreFileError('Interrupted: nothing was written.');
      parts.onProgress({ bytes, totalBytes: input.size, rows: pass.rows });
    }
    const scored = await pass.finish();
    await out.commit();
    return scored;
  } catch (error) {
    await out.discard();
    throw error;
  }
}

interface Batch {
  rows: PreparedRow[];
  outcomes: Promise<ScoreOutcome[]>;
}

/** One pass over the rows of a file: batches them, and hands their scores on in the same order. */
class Pass {
  readonly #order: ScoreFileOrder;
  readonly #parts: ScoreFileParts;
  readonly #preparer: RowPreparer;
  readonly #write: (rows: readonly ScoredRow[]) => Promise<void>;
  readonly #skips = new SkipCounts();
  readonly #batchRows: number;
  readonly #batches: Batch[] = [];
  #next: PreparedRow[] = [];
  #rows = 0;
  #scored = 0;

  constructor(
    order: ScoreFileOrder,
    parts: ScoreFileParts,
    preparer: RowPreparer,
    write: (rows: readonly ScoredRow[]) => Promise<void>,
  ) {
    this.#order = order;
    this.#parts = parts;
    this.#preparer = preparer;
    this.#write = write;
    const features = order.inputs.reduce((sum, { size }) => sum + size, 0);
    this.#batchRows = Math.max(1, Math.min(maxBatchRows, Math.floor(maxBatchFeatures / features)));
  }

  get rows(): number {
    return this.#rows;
  }

  async score(row: PreparedRow): Promise<void> {
    this.#rows += 1;
    this.#next.push(row);
    if (this.#next.length < this.#batchRows) return;
    this.#send();
    if (this.#batches.length >= maxBatches) await this.#land();
  }

  async refuse(line: number, problem: RowProblem): Promise<void> {
    this.#rows += 1;
    if (this.#order.skipBadRows) {
      this.#skips.add(line, problem);
      return;
    }
    // A row before it may be refused by the scorer: the first one of the file is told.
    await this.#landAll();
    throw new ScoreFileError(`${this.#order.file}, line ${line}: ${describeProblem(problem)}`);
  }

  async finish(): Promise<ScoredFile> {
    await this.#landAll();
    const skipped = this.#skips.list();
    if (this.#scored === 0 && this.#rows > 0) {
      const [first] = skipped;
      const why = first === undefined ? '' : `; line ${first.lines[0]}: ${describeProblem(first)}`;
      throw new ScoreFileError(`${this.#order.file}: all ${this.#rows} rows are bad${why}`);
    }
    return { rows: this.#rows, scored: this.#scored, skipped };
  }

  #send(): void {
    const rows = this.#next;
    this.#next = [];
    if (rows.length === 0) return;
    const outcomes = this.#parts.scoreMany(rows.map(({ features }) => ({ features })));
    // It is awaited in its turn, or not at all where one before it fails.
    outcomes.catch(() => {});
    this.#batches.push({ rows, outcomes });
  }

  async #landAll(): Promise<void> {
    this.#send();
    while (this.#batches.length > 0) await this.#land();
  }

  async #land(): Promise<void> {
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    const outcomes = await batch.outcomes;
    const scored: ScoredRow[] = [];
    for (const [at, row] of batch.rows.entries()) {
      const result = this.#resultOf(row, outcomes[at]);
      if (result === null) continue;
      this.#parts.onScored(row, result);
      scored.push({ id: row.id, score: result });
    }
    this.#scored += scored.length;
    await this.#write(scored);
  }

  /** Null where the row is left out. */
  #resultOf(row: PreparedRow, outcome: ScoreOutcome | undefined): ModelResult | null {
    if (outcome?.status === 'fulfilled' && outcome.value.source === 'model') return outcome.value;
    const reason = outcome?.status === 'rejected' ? outcome.reason : null;
    const issue = reason instanceof InvalidRequestError ? reason.issues[0] : undefined;
    if (issue === undefined) throw reason ?? new ScoreFileError('The model did not answer.');
    const problem = this.#preparer.refused(issue.path, issue.expected, issue.received);
    if (!this.#order.skipBadRows) {
      throw new ScoreFileError(`${this.#order.file}, line ${row.line}: ${describeProblem(problem)}`);
    }
    this.#skips.add(row.line, problem);
    return null;
  }
}
