import type { Issue } from '../../errors.js';
import type { BadRow, RowProblem } from './raw-row.js';

/** A row that can be scored. */
export interface PreparedRow {
  line: number;
  id: string | number | null;
  /** In the form that `score` takes. They are not checked if the file may hold anything. */
  features: unknown;
  /** null if it is not known. */
  isFraud: boolean | null;
  amount: number;
  /** The number of characters of the features, if they may hold anything; else 0. */
  length: number;
  /** Describes a refused value in the terms of the file. */
  refused: (issue: Issue) => RowProblem;
}

/** A request for `scoreMany`. A row of a JSON file may hold anything; the scorer refuses values that are not features. */
export interface RowRequest {
  features: unknown;
}

/** The rows of a file, several at a time. */
export type PreparedRows = AsyncGenerator<(PreparedRow | BadRow)[]>;

/** Reads the rows of a file by the model's columns. */
export interface RowPreparer {
  /** @param path the path for messages. @throws {ScoreFileError} if the whole file is bad. */
  rows(path: string, chunks: AsyncIterable<Buffer>): PreparedRows;
}
