import { type RequestTable, rowStates } from '../requests/request-table.js';
import { type Batch, isSuspect, openRows } from './lanes.js';
import { type BatchFailure, decideRetry, historyOfPiece } from './retry-plan.js';

/** Failed batches that will be sent again. Their rows are in the state `retrying`. A row that is settled meanwhile is dropped. */
export class Retries {
  readonly #table: RequestTable;
  readonly #onFailed: (row: number, failure: BatchFailure, reason: string) => void;
  /** Read by others. `take` drops batches whose requests are all settled. */
  batches: Batch[] = [];

  /** @param onFailed called when a single request remains and cannot be answered. */
  constructor(table: RequestTable, onFailed: (row: number, failure: BatchFailure, reason: string) => void) {
    this.#table = table;
    this.#onFailed = onFailed;
  }

  /** Rows that still need an answer. */
  get rows(): number[] {
    return this.batches.flatMap((batch) => this.#open(batch));
  }

  /** Whether one of the batches must run alone. */
  get hasSuspect(): boolean {
    return this.batches.some((batch) => isSuspect(batch) && this.#open(batch).length > 0);
  }

  /** Calls `expire` for each row whose deadline has passed. Host code is called and may settle other rows meanwhile. */
  expire(now: number, expire: (row: number) => void): void {
    for (const { rows, generations, count } of [...this.batches]) {
      for (let place = 0; place < count; place += 1) {
        const row = rows[place] as number;
        if (!this.#table.isCurrent(row, generations[place] as number)) continue;
        if ((this.#table.deadlineAt[row] as number) <= now) expire(row);
      }
    }
  }

  /** Takes a batch that failed and that no worker holds any more. */
  failed(batch: Batch, failure: BatchFailure, reason: string): void {
    const open = this.#keepOpen(batch);
    if (failure === 'death') open.deaths += 1;
    else open.errors += 1;
    if (open.count === 0) return;
    const decision = decideRetry(failure, open.count, open);
    if (decision.action === 'fail') this.#onFailed(open.rows[0] as number, failure, reason);
    else if (decision.action === 'again') this.batches.push(open);
    // At the front, so that the number of parts stays limited to those of one batch at a time.
    else this.batches.unshift(...split(open, decision.pieces));
  }

  /** Takes a batch that never reached a worker. */
  unsent(batch: Batch): void {
    this.batches.unshift(this.#keepOpen(batch));
  }

  /** @returns the next batch that may share its worker, or the next that must run alone. */
  take(kind: 'sharing' | 'alone'): Batch | null {
    this.batches = this.batches.map((batch) => openRows(batch, this.#table)).filter(({ count }) => count > 0);
    const index = this.batches.findIndex((batch) => isSuspect(batch) === (kind === 'alone'));
    return index < 0 ? null : (this.batches.splice(index, 1)[0] ?? null);
  }

  #keepOpen(batch: Batch): Batch {
    const open = openRows(batch, this.#table);
    for (let place = 0; place < open.count; place += 1)
      this.#table.state[open.rows[place] as number] = rowStates.retrying;
    return open;
  }

  #open({ rows, generations, count }: Batch): number[] {
    const open: number[] = [];
    for (let place = 0; place < count; place += 1) {
      const row = rows[place] as number;
      if (this.#table.isCurrent(row, generations[place] as number)) open.push(row);
    }
    return open;
  }
}

function split(batch: Batch, pieces: number): Batch[] {
  const size = Math.ceil(batch.count / pieces);
  const batches: Batch[] = [];
  for (let first = 0; first < batch.count; first += size) {
    const rows = batch.rows.slice(first, Math.min(first + size, batch.count));
    const generations = batch.generations.slice(first, first + rows.length);
    batches.push({ rows, generations, count: rows.length, ...historyOfPiece(rows.length, batch) });
  }
  return batches;
}
