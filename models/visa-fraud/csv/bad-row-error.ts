export interface BadRow {
  file: string;
  /** From 1, the header's line. */
  line: number;
  /** The column's name, or 'row' where the row as a whole cannot be read. */
  column: string;
  expected: string;
  received: string;
}

/** A row of a file of transactions that cannot be read. */
export class BadRowError extends Error {
  override readonly name = 'BadRowError';
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly expected: string;
  readonly received: string;

  constructor({ file, line, column, expected, received }: BadRow) {
    super(`${file}, line ${line}, ${column}: expected ${expected}, received ${received}`);
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.received = received;
  }
}
