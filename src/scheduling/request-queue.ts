import { noRow, type RequestTable, rowStates } from '../requests/request-table.js';
import { addRow, type Lane } from './lanes.js';

/** Each step of priority counts as this many milliseconds of earlier arrival. */
const priorityStepMs = 10;

/** Priorities go from −10 to 10. */
const mostPriority = 10;
const levelCount = 2 * mostPriority + 1;
const onlyNormal = 1 << mostPriority;

/** Rows that left the queue because they cannot be answered in time, with their generations. */
export interface LateRows {
  readonly rows: number[];
  readonly generations: number[];
}

/** Indices of `#times`: since when requests have been waiting without a break, and the earliest deadline of the requests since then. */
const waitingSince = 0;
const soonestDeadline = 1;

/**
 * Waiting requests, ordered by arrival time minus 10 ms for each step of priority. So a request of high priority overtakes those that came
 * shortly before, but not those that have waited for long, and no request starves.
 *
 * There is a list for each priority, linked through the rows of the table.
 */
export class RequestQueue {
  readonly #table: RequestTable;
  readonly #first = new Int32Array(levelCount).fill(noRow);
  readonly #last = new Int32Array(levelCount).fill(noRow);
  readonly #lengths = new Int32Array(levelCount);
  /** One bit for each level that has requests. Usually only priority 0 has any. */
  #filled = 0;
  #length = 0;
  #longest = 0;
  /**
   * Two times on the monotonic clock. They are in an array because a field that holds a fraction allocates memory each time it is written.
   */
  readonly #times = new Float64Array(2).fill(Number.POSITIVE_INFINITY);

  constructor(table: RequestTable) {
    this.#table = table;
  }

  get length(): number {
    return this.#length;
  }

  /** The highest number of requests that ever waited. */
  get longest(): number {
    return this.#longest;
  }

  /** Since when there has been a waiting request without a break, on the monotonic clock; null if none waits. */
  get waitingSince(): number | null {
    return this.#length === 0 ? null : (this.#times[waitingSince] as number);
  }

  /**
   * The earliest deadline of requests since the queue was last empty. It may belong to a request that has left. Then the batcher is only
   * more careful than necessary.
   */
  get soonestDeadlineAt(): number {
    return this.#times[soonestDeadline] as number;
  }

  /** How long the oldest request has waited, of any priority, in ms; 0 if none waits. */
  oldestWaitMs(now: number): number {
    if (this.#length === 0) return 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (let level = 0; level < levelCount; level += 1) {
      if ((this.#filled & (1 << level)) === 0) continue;
      oldest = Math.min(oldest, this.#table.enqueuedAt[this.#first[level] as number] as number);
    }
    return now - oldest;
  }

  /** About how many requests would go before a request of this priority that came now. */
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

  /** The next row; `noRow` if none waits. */
  get next(): number {
    if (this.#filled === onlyNormal) return this.#first[mostPriority] as number;
    let next = noRow;
    let nextTurn = Number.POSITIVE_INFINITY;
    // From the highest priority down, so that the higher priority wins a tie.
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

  /** @param row a row that is in this queue. */
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
   * Moves the next requests that can still be answered in time to a lane. Requests that cannot also leave the queue, so that they do not
   * block others. But the last one is always tried, so that a wrong estimate gets corrected.
   *
   * @param leastMs the least time that a batch of this many rows takes.
   * @returns the requests to refuse; null if there are none.
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
