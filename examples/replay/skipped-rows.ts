import type { BadRow, BadRowError } from '../../models/visa-fraud/csv/bad-row-error.js';

const KEPT = 10;

/** Rows that could not be read and were skipped. All are counted, and the first few are kept. */
export class SkippedRows {
  readonly #first: BadRow[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get first(): readonly BadRow[] {
    return this.#first;
  }

  add({ file, line, column, expected, received }: BadRowError): void {
    this.#count++;
    if (this.#first.length < KEPT) this.#first.push({ file, line, column, expected, received });
  }
}
