/** A column that is needed from a file. */
export interface WantedColumn {
  name: string;
}

/** A row as it was read. */
export type RawRow<Cells> = ReadRow<Cells> | BadRow;

/** The position of a row. */
export interface RowPlace {
  /** Counted from 1, without the header of a CSV file. */
  number: number;
  /** Counted from 1. */
  line: number;
}

export interface ReadRow<Cells> extends RowPlace {
  cells: Cells;
  /** The number of characters of the row, if its cells hold everything that was read; else 0. */
  length: number;
}

/** A row that is not valid in its file's format. */
export interface BadRow extends RowPlace {
  problem: RowProblem;
}

/** What is wrong with a row. */
export interface RowProblem {
  /** null if the whole row is wrong. */
  column: string | null;
  expected: string;
  /** Never the value itself. */
  received: string;
}

/** Reads rows, several at a time. */
export type RowReader<Cells> = AsyncGenerator<RawRow<Cells>[]>;

/** The most characters in a row, so that an unclosed quotation mark does not fill the memory. */
export const maxRowLength = 16 * 2 ** 20;
