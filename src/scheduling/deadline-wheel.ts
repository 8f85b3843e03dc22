import type { Clock, Timer } from '../host/clock.js';
import { noRow, type RequestTable } from '../requests/request-table.js';

/** Number of buckets of one millisecond. A deadline further away goes round more than once. */
const bucketCount = 4096;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987): any number of deadlines with one timer. Adding and removing a deadline takes constant
 * time. The lists are linked through the rows of the table. The timer stays set when no request waits any more, because the next request
 * would only set it again. It does not keep the process alive.
 */
export class DeadlineWheel {
  readonly #table: RequestTable;
  readonly #clock: Clock;
  readonly #onExpired: (row: number) => void;
  readonly #buckets = new Int32Array(bucketCount).fill(noRow);
  /** All buckets up to this tick have been checked. */
  #swept: number;
  #length = 0;
  #timer: Timer | null = null;
  #timerTick = Number.POSITIVE_INFINITY;

  constructor(table: RequestTable, clock: Clock, onExpired: (row: number) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#swept = Math.floor(clock.now());
  }

  get length(): number {
    return this.#length;
  }

  /** A row without a deadline (Infinity) is not watched. */
  add(row: number): void {
    const { deadlineAt, wheelBucket, wheelNext, wheelPrevious } = this.#table;
    const deadline = deadlineAt[row] as number;
    if (deadline === Number.POSITIVE_INFINITY) return;
    if (this.#length === 0) this.#swept = Math.floor(this.#clock.now());
    // Rounded up, so that no request expires early.
    const tick = Math.max(Math.ceil(deadline), this.#swept + 1);
    const bucket = tick % bucketCount;
    const head = this.#buckets[bucket] as number;
    wheelBucket[row] = bucket;
    wheelPrevious[row] = noRow;
    wheelNext[row] = head;
    if (head !== noRow) wheelPrevious[head] = row;
    this.#buckets[bucket] = row;
    this.#length += 1;
    // At most one round ahead, which also keeps the delay within the limit of a timer.
    const wake = Math.min(tick, this.#swept + bucketCount);
    if (wake < this.#timerTick) this.#arm(wake);
  }

  /** Does nothing if the row is not on the wheel. */
  remove(row: number): void {
    const { wheelBucket, wheelNext, wheelPrevious } = this.#table;
    const bucket = wheelBucket[row] as number;
    if (bucket < 0) return;
    const previous = wheelPrevious[row] as number;
    const next = wheelNext[row] as number;
    if (previous === noRow) this.#buckets[bucket] = next;
    else wheelNext[previous] = next;
    if (next !== noRow) wheelPrevious[next] = previous;
    wheelBucket[row] = -1;
    this.#length -= 1;
  }

  /** Clears the timer. */
  dispose(): void {
    this.#disarm();
  }

  #sweep(): void {
    this.#disarm();
    const now = Math.floor(this.#clock.now());
    // One round checks every bucket, however late the timer was.
    const last = Math.min(now, this.#swept + bucketCount);
    const expired: number[] = [];
    for (let tick = this.#swept + 1; tick <= last; tick += 1) this.#collect(tick % bucketCount, now, expired);
    this.#swept = now;
    const generations = expired.map((row) => this.#table.generation[row] as number);
    for (const row of expired) this.remove(row);
    this.#armForNext();
    for (const [index, row] of expired.entries()) {
      // Host code was called for an expired row and may have settled another row.
      if (this.#table.isCurrent(row, generations[index] as number)) this.#onExpired(row);
    }
  }

  #collect(bucket: number, now: number, expired: number[]): void {
    const { deadlineAt, wheelNext } = this.#table;
    for (let row = this.#buckets[bucket] as number; row !== noRow; row = wheelNext[row] as number) {
      if (Math.ceil(deadlineAt[row] as number) <= now) expired.push(row);
    }
  }

  /** Wakes for the next bucket that is not empty. If its rows are due in a later round, it checks again then. */
  #armForNext(): void {
    if (this.#length === 0) return;
    for (let tick = this.#swept + 1; tick <= this.#swept + bucketCount; tick += 1) {
      if (this.#buckets[tick % bucketCount] === noRow) continue;
      this.#arm(tick);
      return;
    }
  }

  #arm(tick: number): void {
    this.#disarm();
    this.#timer = this.#clock.background(Math.max(0, tick - this.#clock.now()), () => this.#sweep());
    this.#timerTick = tick;
  }

  #disarm(): void {
    this.#timer?.clear();
    this.#timer = null;
    this.#timerTick = Number.POSITIVE_INFINITY;
  }
}
