import { headFields } from '../format/entry-layout.js';
import { fillerKind, type RingMemory, ringControl, ringWords, unitBytes, wake } from './ring-memory.js';

/** No place: there is no room. */
export const noRoom = -1;

/**
 * Fills the ring. An entry is reserved, written in place and committed; nobody sees it before. No other may be reserved meanwhile.
 */
export class RingWriter {
  readonly #memory: RingMemory;
  readonly #control: Int32Array;
  readonly #words: Uint32Array;
  readonly #units: number;
  /** Of the entry that is being written, fillers included. */
  #reserved = 0;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#control = ringControl(memory);
    this.#words = new Uint32Array(memory.data);
    this.#units = memory.data.byteLength / unitBytes;
  }

  get capacityBytes(): number {
    return this.#units * unitBytes;
  }

  /** Bytes that entries take now. */
  get usedBytes(): number {
    return this.#used() * unitBytes;
  }

  /** Whether the emptying thread waits for its sink. Else what lies here waits for a processor. */
  get isAtSink(): boolean {
    return Atomics.load(this.#control, ringWords.atSink) === 1;
  }

  /**
   * Finds room for an entry.
   *
   * @param bytes a multiple of 8.
   * @returns where it begins in the ring's data, in bytes, or `noRoom`.
   */
  reserve(bytes: number): number {
    const units = bytes / unitBytes;
    const at = this.#head() % this.#units;
    const toEnd = this.#units - at;
    // An entry lies in one piece.
    const filler = units > toEnd ? toEnd : 0;
    if (this.#used() + filler + units > this.#units) {
      if (filler > 0 && units <= this.#units) this.#goToStart(at, filler);
      // A ring that was empty has room now.
      if (filler === 0 || this.#head() % this.#units !== 0 || this.#used() + units > this.#units) return noRoom;
      this.#reserved = units;
      return 0;
    }
    if (filler > 0) this.#fill(at, filler);
    this.#reserved = filler + units;
    return (filler > 0 ? 0 : at) * unitBytes;
  }

  /** The entry that was reserved is whole. */
  commit(): void {
    Atomics.store(this.#control, ringWords.head, this.#head() + this.#reserved);
    this.#reserved = 0;
  }

  /**
   * Gives up the oldest entry, if it is still there.
   *
   * @returns how many records it held; null where the ring is empty.
   */
  dropOldest(): number | null {
    for (;;) {
      const tail = Atomics.load(this.#control, ringWords.tail);
      const from = tail >>> 0;
      if (from === this.#head()) return null;
      // Nobody but this thread writes there.
      const at = ((from % this.#units) * unitBytes) / 4;
      const units = (this.#words[at + headFields.bytes / 4] as number) / unitBytes;
      const kind = this.#words[at + headFields.kind / 4];
      const rows = this.#words[at + headFields.rows / 4] as number;
      const next = (from + units) | 0;
      // Else the writer has taken it meanwhile.
      if (Atomics.compareExchange(this.#control, ringWords.tail, tail, next) !== tail) continue;
      if (kind !== fillerKind) return rows;
    }
  }

  /** Has the emptying thread look now. */
  wake(): void {
    wake(this.#memory);
  }

  /** Fills the end of the ring, so that the next entry begins at its start. An entry that takes most of the ring has no room anywhere else. */
  #goToStart(unit: number, units: number): void {
    if (this.#used() + units > this.#units) return;
    const head = this.#head();
    const next = (head + units) | 0;
    this.#fill(unit, units);
    Atomics.store(this.#control, ringWords.head, next);
    // If the ring is empty, the reader need not be woken for the filler: it is passed over here.
    Atomics.compareExchange(this.#control, ringWords.tail, head | 0, next);
  }

  #fill(unit: number, units: number): void {
    const at = (unit * unitBytes) / 4;
    this.#words[at + headFields.bytes / 4] = units * unitBytes;
    this.#words[at + headFields.kind / 4] = fillerKind;
  }

  #head(): number {
    // Only this thread writes it.
    return (this.#control[ringWords.head] as number) >>> 0;
  }

  #used(): number {
    return (this.#head() - (Atomics.load(this.#control, ringWords.tail) >>> 0)) >>> 0;
  }
}
