import { noRow, type RequestTable, rowStates } from '../../../requests/request-table.js';

/** The rows that wait to be sent, in order. A row leaves in constant time. Links and states are the table's. */
export class WaitingRows {
  readonly #table: RequestTable;
  #first = noRow;
  #last = noRow;
  #length = 0;

  constructor(table: RequestTable) {
    this.#table = table;
  }

  get length(): number {
    return this.#length;
  }

  /** `noRow` if none waits. */
  get first(): number {
    return this.#first;
  }

  next(row: number): number {
    return this.#table.queueNext[row] as number;
  }

  add(row: number): void {
    this.#link(row, this.#last, noRow);
  }

  /** Before all others, for a request that is sent again. */
  addFirst(row: number): void {
    this.#link(row, noRow, this.#first);
  }

  /** Does nothing if the row does not wait. */
  remove(row: number): void {
    const { state, queueNext, queuePrevious } = this.#table;
    if (state[row] !== rowStates.waiting) return;
    const [previous, next] = [queuePrevious[row] as number, queueNext[row] as number];
    if (previous === noRow) this.#first = next;
    else queueNext[previous] = next;
    if (next === noRow) this.#last = previous;
    else queuePrevious[next] = previous;
    state[row] = rowStates.running;
    this.#length -= 1;
  }

  #link(row: number, previous: number, next: number): void {
    const { state, queueNext, queuePrevious } = this.#table;
    queuePrevious[row] = previous;
    queueNext[row] = next;
    if (previous === noRow) this.#first = row;
    else queueNext[previous] = row;
    if (next === noRow) this.#last = row;
    else queuePrevious[next] = row;
    state[row] = rowStates.waiting;
    this.#length += 1;
  }
}
