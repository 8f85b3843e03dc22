import { maxAttentionWidth, outputsPerSlot, type SharedMemory } from '../pool/protocol.js';

export interface SlotSizes {
  /** Requests that may wait or run at once. */
  capacity: number;
  /** float32 values of features in a row. */
  rowSize: number;
  maxBatchSize: number;
  /** Batches in flight. */
  lanes: number;
  /** Whether the model gives attention weights. */
  attention: boolean;
}

/**
 * The memory of one model's requests: a slot for each (its features and its outputs), a lane for each batch in flight
 * (the slots of its rows). A worker gathers the rows of its batch from wherever they lie, so that a request that leaves
 * early leaves no hole, and any requests can share a batch.
 *
 * A request's features are written to memory of the host's own, and the rows of a batch are copied to the shared memory together when
 * it is sent: a core that writes where another has just read waits for each line of the cache, and a third of all the host's time went there.
 *
 * A slot is claimed by a request and released when nobody can touch it any more: a request that was settled while its
 * batch ran keeps its slot until the worker has answered or died.
 */
export class Slots {
  readonly memory: SharedMemory;
  /** The host's own, float32 [capacity, rowSize]. */
  readonly features: Float32Array;
  readonly outputs: Float32Array;
  readonly attention: Float32Array;
  /** What workers see of the features. */
  readonly #shared: Float32Array;
  readonly #lanes: Int32Array;
  /** A stack: the slot that came back last is the next to go out, as its memory is still in the caches. */
  readonly #free: Int32Array;
  readonly #claimed: Uint8Array;
  #freeLength: number;

  constructor({ capacity, rowSize, maxBatchSize, lanes, attention }: SlotSizes) {
    const floats = Float32Array.BYTES_PER_ELEMENT;
    this.memory = {
      capacity,
      rowSize,
      maxBatchSize,
      scratchSlot: 0,
      features: new SharedArrayBuffer(capacity * rowSize * floats),
      outputs: new SharedArrayBuffer(capacity * outputsPerSlot * floats),
      attention: new SharedArrayBuffer(attention ? capacity * maxAttentionWidth * floats : 0),
      lanes: new SharedArrayBuffer(lanes * maxBatchSize * Int32Array.BYTES_PER_ELEMENT),
    };
    this.features = new Float32Array(capacity * rowSize);
    this.#shared = new Float32Array(this.memory.features);
    this.outputs = new Float32Array(this.memory.outputs);
    this.attention = new Float32Array(this.memory.attention);
    this.#lanes = new Int32Array(this.memory.lanes);
    this.#free = Int32Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#claimed = new Uint8Array(capacity);
    this.#freeLength = capacity;
  }

  /** Slots that nobody has. */
  get free(): number {
    return this.#freeLength;
  }

  /** @returns a slot that nobody else has, or −1 where all are taken. */
  claim(): number {
    if (this.#freeLength === 0) return -1;
    this.#freeLength -= 1;
    const slot = this.#free[this.#freeLength] as number;
    this.#claimed[slot] = 1;
    return slot;
  }

  /** @throws {Error} where nobody had it: two requests would come to share it. */
  release(slot: number): void {
    if (this.#claimed[slot] !== 1) throw new Error(`slot ${slot} was released twice`);
    this.#claimed[slot] = 0;
    this.#free[this.#freeLength] = slot;
    this.#freeLength += 1;
  }

  /** The first value of a slot's features. */
  rowStart(slot: number): number {
    return slot * this.memory.rowSize;
  }

  /** Gives a lane its batch: which slot holds which row, and their features. */
  place(lane: number, requests: readonly { readonly slot: number }[]): void {
    const at = lane * this.memory.maxBatchSize;
    let first = -1;
    let next = -1;
    let row = 0;
    for (const { slot } of requests) {
      this.#lanes[at + row++] = slot;
      // Neighbours mostly have neighbouring slots, which are copied as one.
      if (slot !== next) {
        this.#share(first, next);
        first = slot;
      }
      next = slot + 1;
    }
    this.#share(first, next);
  }

  /** Copies the features of some slots. @param to the slot after the last. */
  #share(from: number, to: number): void {
    const { rowSize } = this.memory;
    if (to > from) this.#shared.set(this.features.subarray(from * rowSize, to * rowSize), from * rowSize);
  }
}
