import type { Issue } from '../../errors.js';
import type { BadRow, RowProblem } from './raw-row.js';

/** A row that can be scored. */
export interface PreparedRow {
  line: number;
  id: string | number | null;
  /** What `score` takes as features, unchecked where the file may hold anything. */
  features: unknown;
  /** Null where it is not known. */
  isFraud: boolean | null;
  amount: number;
  /** Characters that the features were made of, where they may hold anything; else 0. */
  length: number;
  /** Says in words of the file what the scorer has refused. */
  refused: (issue: Issue) => RowProblem;
}

/** What `scoreMany` takes. A row of a JSON file may hold anything: the scorer refuses what is no features. */
export interface RowRequest {
  features: unknown;
}

/** The rows of a file, some at a time. */
export type PreparedRows = AsyncGenerator<(PreparedRow | BadRow)[]>;

/** Reads the rows of a file by the columns that a model has. */
export interface RowPreparer {
  /** @param path for messages. @throws {ScoreFileError} where the file as a whole is bad. */
  rows(path: string, chunks: AsyncIterable<Buffer>): PreparedRows;
}
