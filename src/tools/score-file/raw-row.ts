/** A column that is wanted of a file. */
export interface WantedColumn {
  name: string;
}

/** A row as it was read. */
export type RawRow<Cells> = ReadRow<Cells> | BadRow;

/** Where a row is. */
export interface RowPlace {
  /** From 1; in a CSV file, the header is not counted. */
  number: number;
  /** From 1. */
  line: number;
}

export interface ReadRow<Cells> extends RowPlace {
  cells: Cells;
  /** Characters of the row, where its cells hold all that was read; else 0. */
  length: number;
}

/** A row that is no row of its file's format. */
export interface BadRow extends RowPlace {
  problem: RowProblem;
}

/** What is wrong with a row. */
export interface RowProblem {
  /** Null where it is the row as a whole. */
  column: string | null;
  expected: string;
  /** Never the value itself. */
  received: string;
}

/** Reads rows, some at a time. */
export type RowReader<Cells> = AsyncGenerator<RawRow<Cells>[]>;

/** Characters of a row at most, so that a quotation mark that is never closed does not fill the memory. */
export const maxRowLength = 16 * 2 ** 20;
