import type { RowProblem } from './raw-row.js';

/** Rows that were skipped for the same reason. */
export interface SkippedRows {
  column: string | null;
  expected: string;
  received: string;
  rows: number;
  /** The first lines, at most 10. */
  lines: number[];
}

/** The most lines that are listed for each reason. */
const maxLines = 10;

/** The most reasons that are counted separately, because those of a JSON file may contain ever new names. */
const maxReasons = 1_000;

const otherReasons: RowProblem = {
  column: null,
  expected: 'a good row',
  received: 'a row that is bad for another reason',
};

/** Counts the skipped rows by reason, in limited memory. */
export class SkipCounts {
  readonly #byReason = new Map<string, SkippedRows>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(line: number, problem: RowProblem): void {
    this.#total += 1;
    const isNew = !this.#byReason.has(keyOf(problem));
    const counted = isNew && this.#byReason.size >= maxReasons ? otherReasons : problem;
    const { column, expected, received } = counted;
    const key = keyOf(counted);
    const skipped = this.#byReason.get(key) ?? { column, expected, received, rows: 0, lines: [] };
    skipped.rows += 1;
    if (skipped.lines.length < maxLines) skipped.lines.push(line);
    this.#byReason.set(key, skipped);
  }

  /** The most frequent reason first. */
  list(): SkippedRows[] {
    return [...this.#byReason.values()].sort((a, b) => b.rows - a.rows);
  }
}

function keyOf({ column, expected, received }: RowProblem): string {
  return JSON.stringify([column, expected, received]);
}

export function describeProblem({ column, expected, received }: RowProblem): string {
  const where = column === null ? '' : `column ${JSON.stringify(column)}: `;
  return `${where}expected ${expected}, found ${received}`;
}
