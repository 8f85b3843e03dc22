import type { BatchPart, RecordedBatch, RecordedRow } from './batch.js';

/** Batches that wait for further rows of theirs at most. Rows that were held for their reasons come this many batches later at most, as a rule. */
const mostOpen = 1_024;

/** Rows of these batches at most: they keep what was read of the files in memory. */
const mostRows = 65_536;

interface Open {
  batch: RecordedBatch;
  places: Set<number>;
}

/**
 * Joins the rows of a batch that were recorded apart: decided by another policy, or held until their reasons were known. A batch is given
 * out once it is whole, or once too many others have come since: rows that come later still are a batch of their own, of the same size,
 * with the places of the others empty.
 */
export class BatchWindow {
  readonly #open = new Map<string, Open>();
  #rows = 0;

  /** @returns the batches to which nothing more is added. */
  add(part: BatchPart & { batch: number }): RecordedBatch[] {
    const key = `${part.run} ${part.batch} ${part.size}`;
    const done: RecordedBatch[] = [];
    for (const row of part.rows) {
      let open = this.#open.get(key);
      // Two rows in one place are damage: neither may be computed from the other's features.
      if (open === undefined || open.batch.version !== part.version || open.places.has(row.place)) {
        if (open !== undefined) done.push(this.#close(key, open));
        open = { batch: { ...part, rows: [] }, places: new Set() };
        this.#open.set(key, open);
      }
      this.#addRow(open, row);
      if (open.places.size >= open.batch.size) done.push(this.#close(key, open));
    }
    while (this.#open.size > mostOpen || (this.#rows > mostRows && this.#open.size > 1)) {
      const [oldest] = this.#open;
      if (oldest === undefined) break;
      done.push(this.#close(...oldest));
    }
    return done;
  }

  /** Nothing more comes. */
  end(): RecordedBatch[] {
    return [...this.#open].map(([key, open]) => this.#close(key, open));
  }

  #addRow({ batch, places }: Open, row: RecordedRow): void {
    places.add(row.place);
    batch.rows.push(row);
    this.#rows += 1;
  }

  #close(key: string, { batch }: Open): RecordedBatch {
    this.#open.delete(key);
    this.#rows -= batch.rows.length;
    return batch;
  }
}
