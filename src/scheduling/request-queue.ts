import { noRow, type RequestTable, rowStates } from '../requests/request-table.js';
import { addRow, type Lane } from './lanes.js';

/** How much earlier a request counts as having come, for each step of its priority. */
const priorityStepMs = 10;

/** Priorities go from −10 to 10. */
const mostPriority = 10;
const levelCount = 2 * mostPriority + 1;
const onlyNormal = 1 << mostPriority;

/** Rows that left the queue because they can't be answered in time any more, with their generations. */
export interface LateRows {
  readonly rows: number[];
  readonly generations: number[];
}

/** Since when there has always been a request waiting, and the soonest deadline of those that came since. */
const waitingSince = 0;
const soonestDeadline = 1;

/**
 * Requests that wait, in the order of when they came, less 10 ms for each step of priority. So one of high priority overtakes
 * those that came a little before it and none that has waited for long: whatever keeps coming, nobody starves.
 *
 * A list for each priority, linked through the rows of the table.
 */
export class RequestQueue {
  readonly #table: RequestTable;
  readonly #first = new Int32Array(levelCount).fill(noRow);
  readonly #last = new Int32Array(levelCount).fill(noRow);
  readonly #lengths = new Int32Array(levelCount);
  /** A bit for each level that has requests: almost always there is just the one of priority 0. */
  #filled = 0;
  #length = 0;
  #longest = 0;
  /** Two times on the monotonic clock: a field that holds a fraction costs memory each time it is written. */
  readonly #times = new Float64Array(2).fill(Number.POSITIVE_INFINITY);

  constructor(table: RequestTable) {
    this.#table = table;
  }

  get length(): number {
    return this.#length;
  }

  /** The most that ever waited. */
  get longest(): number {
    return this.#longest;
  }

  /** Since when, on the monotonic clock, there has always been a request waiting; null where there is none. */
  get waitingSince(): number | null {
    return this.#length === 0 ? null : (this.#times[waitingSince] as number);
  }

  /** The soonest deadline of those that came since none waited. One that has left since only makes the batcher cautious. */
  get soonestDeadlineAt(): number {
    return this.#times[soonestDeadline] as number;
  }

  /** How long the oldest has waited, whatever its priority; 0 where none waits. */
  oldestWaitMs(now: number): number {
    if (this.#length === 0) return 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (let level = 0; level < levelCount; level += 1) {
      if ((this.#filled & (1 << level)) === 0) continue;
      oldest = Math.min(oldest, this.#table.enqueuedAt[this.#first[level] as number] as number);
    }
    return now - oldest;
  }

  /** Requests that would go before one of this priority that came now, or most of them. */
  ahead(priority: number): number {
    let ahead = 0;
    for (let level = priority + mostPriority; level < levelCount; level += 1) ahead += this.#lengths[level] as number;
    return ahead;
  }

  push(row: number): void {
    const { queueNext, queuePrevious, enqueuedAt, deadlineAt, priority } = this.#table;
    const level = (priority[row] as number) + mostPriority;
    const last = this.#last[level] as number;
    queuePrevious[row] = last;
    queueNext[row] = noRow;
    if (last === noRow) {
      this.#first[level] = row;
      this.#filled |= 1 << level;
    } else {
      queueNext[last] = row;
    }
    this.#last[level] = row;
    this.#lengths[level] = (this.#lengths[level] as number) + 1;
    this.#length += 1;
    if (this.#length > this.#longest) this.#longest = this.#length;
    if (this.#length === 1) this.#times[waitingSince] = enqueuedAt[row] as number;
    if ((deadlineAt[row] as number) < (this.#times[soonestDeadline] as number)) {
      this.#times[soonestDeadline] = deadlineAt[row] as number;
    }
  }

  /** The row whose turn it is; `noRow` where none waits. */
  get next(): number {
    if (this.#filled === onlyNormal) return this.#first[mostPriority] as number;
    let next = noRow;
    let nextTurn = Number.POSITIVE_INFINITY;
    // From the highest priority down, so that of two whose turn is the same the one of higher priority goes first.
    for (let level = levelCount - 1; level >= 0; level -= 1) {
      const first = this.#first[level] as number;
      if (first === noRow) continue;
      const turn = (this.#table.enqueuedAt[first] as number) - (level - mostPriority) * priorityStepMs;
      if (turn < nextTurn) {
        next = first;
        nextTurn = turn;
      }
    }
    return next;
  }

  /** @param row one that is in this queue. */
  remove(row: number): void {
    const { queueNext, queuePrevious, priority } = this.#table;
    const level = (priority[row] as number) + mostPriority;
    const previous = queuePrevious[row] as number;
    const next = queueNext[row] as number;
    if (previous === noRow) this.#first[level] = next;
    else queueNext[previous] = next;
    if (next === noRow) this.#last[level] = previous;
    else queuePrevious[next] = previous;
    this.#lengths[level] = (this.#lengths[level] as number) - 1;
    if (this.#lengths[level] === 0) this.#filled &= ~(1 << level);
    this.#length -= 1;
    if (this.#length === 0) this.#times[soonestDeadline] = Number.POSITIVE_INFINITY;
  }

  /**
   * Moves the next requests that can still be answered in time to a lane. Those that can't leave the queue too, so that they keep no
   * worker from the others; but never the last: it is tried, which is how an estimate that has become wrong mends itself.
   *
   * @param leastMs that a batch of so many rows takes.
   * @returns those that are to be refused; null where there are none.
   */
  moveTo(lane: Lane, rows: number, now: number, leastMs: number): LateRows | null {
    const table = this.#table;
    let late: LateRows | null = null;
    while (lane.count < rows) {
      const { next } = this;
      if (next === noRow) break;
      const isTimely = (table.deadlineAt[next] as number) - now >= leastMs || this.#length === 1;
      this.remove(next);
      if (isTimely) {
        addRow(lane, next, table);
      } else {
        table.state[next] = rowStates.leaving;
        late ??= { rows: [], generations: [] };
        late.rows.push(next);
        late.generations.push(table.generation[next] as number);
      }
    }
    return late;
  }
}
