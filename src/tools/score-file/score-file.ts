import type { ModelResult, ScoreOutcome } from '../../api/result.js';
import { InferenceError, InvalidRequestError, WorkerLostError } from '../../errors.js';
import type { ManifestInput } from '../../models/manifest-inputs.js';
import { CsvRows } from './csv-rows.js';
import { formatOf } from './file-format.js';
import { openInput } from './input-file.js';
import { JsonRows } from './json-rows.js';
import { LostRows } from './lost-rows.js';
import type { OtherColumns } from './other-columns.js';
import type { PreparedRow, RowRequest } from './prepared-row.js';
import type { RowProblem } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';
import type { ScoredRow } from './score-lines.js';
import { ScoresFile } from './scores-file.js';
import { describeProblem, SkipCounts, type SkippedRows } from './skipped-rows.js';
import { utf8Chunks } from './utf8-chunks.js';

export interface ScoreFileOrder {
  file: string;
  /** null if the scores are not written. */
  out: string | null;
  /** The inputs of the model that scores. */
  inputs: readonly ManifestInput[];
  columns: OtherColumns;
  /** Skips bad rows and goes on. @default stops at the first bad row */
  skipBadRows: boolean;
}

export interface ScoreFileParts {
  scoreMany(requests: RowRequest[]): Promise<ScoreOutcome[]>;
  /** Called for each row, in the order of the file. */
  onScored(row: PreparedRow, result: ModelResult): void;
  /** Called from time to time. */
  onProgress(progress: Progress): void;
  signal?: AbortSignal | undefined;
}

export interface Progress {
  /** The size of the file on disk. */
  bytes: number;
  totalBytes: number;
  rows: number;
}

export interface ScoredFile {
  /** Rows in the file. */
  rows: number;
  scored: number;
  skipped: SkippedRows[];
}

/** The most rows in a batch, the most features of all its rows, and the most characters of rows that may hold anything. */
const maxBatchRows = 1_024;
const maxBatchFeatures = 1_000_000;
const maxBatchLength = 4 * 2 ** 20;
/** The most batches that are scored at the same time. More would not be faster. */
const maxBatches = 4;

/**
 * Scores the rows of a file and writes their scores to another file, in the same order and in limited memory. The file of scores appears
 * when everything is done. If anything goes wrong before, there is no file.
 *
 * @throws {ScoreFileError} if a file cannot be read or written, a column is missing, or a row is bad and bad rows are not skipped.
 * @throws {FraudScorerError} if the scorer fails.
 */
export async function scoreFile(order: ScoreFileOrder, parts: ScoreFileParts): Promise<ScoredFile> {
  const { file, inputs, columns } = order;
  const { kind } = formatOf('FILE', file);
  const scores = order.out === null ? null : new ScoresFile(order.out, columns.id ?? 'row');
  const preparer = kind === 'csv' ? new CsvRows(inputs, columns) : new JsonRows(inputs, columns);
  const input = await openInput(file);
  try {
    let bytes = 0;
    const chunks = input.chunks((read) => {
      bytes = read;
    });
    await scores?.begin();
    const pass = new Pass(order, parts, async (rows) => scores?.write(rows));
    for await (const rows of preparer.rows(file, utf8Chunks(file, chunks))) {
      for (const row of rows) {
        await ('problem' in row ? pass.refuse(row.line, row.problem) : pass.score(row));
      }
      refuseInterrupted(parts);
      parts.onProgress({ bytes, totalBytes: input.size, rows: pass.rows });
    }
    const scored = await pass.finish();
    await scores?.commit();
    return scored;
  } catch (error) {
    await scores?.discard();
    throw error;
  }
}

function refuseInterrupted({ signal }: ScoreFileParts): void {
  if (signal?.aborted) throw new ScoreFileError('Interrupted: nothing was written.');
}

interface Batch {
  rows: PreparedRow[];
  requests: RowRequest[];
  outcomes: Promise<ScoreOutcome[]>;
}

/** One pass over the rows of a file: collects batches, and hands their scores on in the same order. */
class Pass {
  readonly #order: ScoreFileOrder;
  readonly #parts: ScoreFileParts;
  readonly #write: (rows: readonly ScoredRow[]) => Promise<void>;
  readonly #skips = new SkipCounts();
  readonly #lost: LostRows;
  readonly #batchRows: number;
  readonly #batches: Batch[] = [];
  #next: PreparedRow[] = [];
  #nextLength = 0;
  #rows = 0;
  #scored = 0;

  constructor(order: ScoreFileOrder, parts: ScoreFileParts, write: (rows: readonly ScoredRow[]) => Promise<void>) {
    this.#order = order;
    this.#parts = parts;
    this.#write = write;
    this.#lost = new LostRows((requests) => {
      refuseInterrupted(parts);
      return parts.scoreMany(requests);
    });
    const features = order.inputs.reduce((sum, { size }) => sum + size, 0);
    this.#batchRows = Math.max(1, Math.min(maxBatchRows, Math.floor(maxBatchFeatures / features)));
  }

  get rows(): number {
    return this.#rows;
  }

  async score(row: PreparedRow): Promise<void> {
    this.#rows += 1;
    this.#next.push(row);
    this.#nextLength += row.length;
    if (this.#next.length < this.#batchRows && this.#nextLength < maxBatchLength) return;
    this.#send();
    if (this.#batches.length >= maxBatches) await this.#land();
  }

  async refuse(line: number, problem: RowProblem): Promise<void> {
    this.#rows += 1;
    if (this.#order.skipBadRows) {
      this.#skips.add(line, problem);
      return;
    }
    // The scorer may refuse an earlier row, and the error must name the first bad row of the file.
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
    this.#nextLength = 0;
    if (rows.length === 0) return;
    const requests = rows.map(({ features }) => ({ features }));
    const outcomes = this.#parts.scoreMany(requests);
    // It is awaited in its turn, or not at all if an earlier one fails.
    outcomes.catch(() => {});
    this.#batches.push({ rows, requests, outcomes });
  }

  async #landAll(): Promise<void> {
    this.#send();
    while (this.#batches.length > 0) await this.#land();
  }

  async #land(): Promise<void> {
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    const outcomes = await this.#lost.settle(batch.requests, await batch.outcomes);
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

  /** null if the row is skipped. */
  #resultOf(row: PreparedRow, outcome: ScoreOutcome | undefined): ModelResult | null {
    if (outcome?.status === 'fulfilled' && outcome.value.source === 'model') return outcome.value;
    const reason = outcome?.status === 'rejected' ? outcome.reason : null;
    const problem = problemOf(row, reason);
    if (problem === null) throw reason ?? new ScoreFileError('The model did not answer.');
    if (!this.#order.skipBadRows) {
      throw new ScoreFileError(`${this.#order.file}, line ${row.line}: ${describeProblem(problem)}`);
    }
    this.#skips.add(row.line, problem);
    return null;
  }
}

/** What is wrong with a row that the scorer rejected; null if the row is not the cause. */
function problemOf(row: PreparedRow, reason: unknown): RowProblem | null {
  const issue = reason instanceof InvalidRequestError ? reason.issues[0] : undefined;
  if (issue !== undefined) return row.refused(issue);
  // The scorer has tried the row alone. The error's own message may quote a value.
  return reason instanceof InferenceError || reason instanceof WorkerLostError ? unscorable : null;
}

const unscorable: RowProblem = {
  column: null,
  expected: 'a row that the model can score (is the model made for such values?)',
  received: 'one on which the runtime fails, or for which the model gives no number from 0 to 1',
};
