import type { RowProblem } from './raw-row.js';

/** Rows that were left out for one reason. */
export interface SkippedRows {
  column: string | null;
  expected: string;
  received: string;
  rows: number;
  /** The first lines of the file, at most 10. */
  lines: number[];
}

/** Lines that are listed for each reason. */
const maxLines = 10;

/** Counts the rows that were left out by reason: in bounded memory, as there are few reasons for each column. */
export class SkipCounts {
  readonly #byReason = new Map<string, SkippedRows>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(line: number, { column, expected, received }: RowProblem): void {
    this.#total += 1;
    const key = JSON.stringify([column, expected, received]);
    const skipped = this.#byReason.get(key) ?? { column, expected, received, rows: 0, lines: [] };
    skipped.rows += 1;
    if (skipped.lines.length < maxLines) skipped.lines.push(line);
    this.#byReason.set(key, skipped);
  }

  /** The most frequent first. */
  list(): SkippedRows[] {
    return [...this.#byReason.values()].sort((a, b) => b.rows - a.rows);
  }
}

export function describeProblem({ column, expected, received }: RowProblem): string {
  const where = column === null ? '' : `column ${JSON.stringify(column)}: `;
  return `${where}expected ${expected}, found ${received}`;
}
