/** A column that is wanted of a file. */
export interface WantedColumn {
  name: string;
  /** Where it is a feature: its input's name, and its place and name there. A JSON row may hold the input as an array or an object. */
  input: string | null;
  place: number;
  feature: string | null;
}

/** A row as it was read. */
export interface RawRow {
  /** From 1; in a CSV file, the header is not counted. */
  number: number;
  /** From 1. */
  line: number;
  /** One for each wanted column, undefined where the row has none; or what is wrong with the row as a whole. */
  cells: readonly unknown[] | RowProblem;
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
export type RowReader = AsyncGenerator<RawRow[]>;

/** Characters of a row at most, so that a quotation mark that is never closed does not fill the memory. */
export const maxRowLength = 16 * 2 ** 20;

export function isProblem(cells: RawRow['cells']): cells is RowProblem {
  return 'expected' in cells;
}
