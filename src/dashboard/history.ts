import type { PointRow } from './point.js';

/** A row of the history, and its number in the stream. */
interface Numbered {
  sequence: number;
  row: PointRow;
}

/** The last watched seconds: at most `capacity` of them, none older than `maxAgeMs`. */
export class History {
  readonly #capacity: number;
  readonly #maxAgeMs: number;
  /** A ring. The oldest is at `#start`. */
  readonly #rows: Numbered[] = [];
  #start = 0;

  /** @param maxAgeMs the age limit. The first value of a row is its time in ms. */
  constructor(capacity: number, maxAgeMs: number) {
    this.#capacity = capacity;
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#rows.length;
  }

  add(sequence: number, row: PointRow): void {
    if (this.#rows.length < this.#capacity) {
      this.#rows.push({ sequence, row });
      return;
    }
    this.#rows[this.#start] = { sequence, row };
    this.#start = (this.#start + 1) % this.#capacity;
  }

  /** The rows after number `sequence`, the oldest first. @param now in milliseconds since the epoch. */
  after(sequence: number, now: number): PointRow[] {
    const ordered = [...this.#rows.slice(this.#start), ...this.#rows.slice(0, this.#start)];
    return ordered
      .filter(({ sequence: own, row }) => own > sequence && now - (row[0] ?? 0) <= this.#maxAgeMs)
      .map(({ row }) => row);
  }
}
