import { headFields } from '../format/entry-layout.js';
import { fillerKind, type RingMemory, ringControl, ringWords, unitBytes } from './ring-memory.js';

/** Empties the ring, in a thread of its own. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #units: number;

  constructor(memory: RingMemory) {
    this.#control = ringControl(memory);
    this.#words = new Uint32Array(memory.data);
    this.#bytes = new Uint8Array(memory.data);
    this.#units = memory.data.byteLength / unitBytes;
  }

  /** Waits until it is woken, or a time has passed. @param seen what `signals` was when this thread last looked. */
  wait(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#control, ringWords.wake, seen, timeoutMs);
  }

  /** How often it was woken. */
  get signals(): number {
    return Atomics.load(this.#control, ringWords.wake);
  }

  /** The place behind the last entry that is there now, for `hasReached`. */
  get head(): number {
    return Atomics.load(this.#control, ringWords.head);
  }

  /** Whether all entries before a place were taken out, or given up. */
  hasReached(head: number): boolean {
    return ((Atomics.load(this.#control, ringWords.tail) - head) | 0) >= 0;
  }

  /**
   * Copies the next entry and takes it out of the ring.
   *
   * @param into where it is copied to. @param at the first byte there.
   * @returns its bytes; 0 where the ring is empty, −1 where it does not fit into what is left of `into`.
   */
  take(into: Uint8Array, at: number): number {
    for (;;) {
      const tail = Atomics.load(this.#control, ringWords.tail);
      const from = tail >>> 0;
      const head = Atomics.load(this.#control, ringWords.head) >>> 0;
      const used = (head - from) >>> 0;
      if (used === 0) return 0;
      const unit = from % this.#units;
      const word = (unit * unitBytes) / 4;
      const bytes = this.#words[word + headFields.bytes / 4] as number;
      const kind = this.#words[word + headFields.kind / 4];
      const units = bytes / unitBytes;
      // The filling thread may drop the entry meanwhile, and write another over it: what was read is of no use then.
      const isWhole = Number.isInteger(units) && units > 0 && units <= used && unit + units <= this.#units;
      if (isWhole && kind !== fillerKind) {
        if (at + bytes > into.length) {
          if (Atomics.load(this.#control, ringWords.tail) === tail) return -1;
          continue;
        }
        into.set(this.#bytes.subarray(unit * unitBytes, unit * unitBytes + bytes), at);
      }
      const next = isWhole ? (from + units) | 0 : tail;
      if (Atomics.compareExchange(this.#control, ringWords.tail, tail, next) !== tail || !isWhole) continue;
      if (kind !== fillerKind) return bytes;
    }
  }
}
