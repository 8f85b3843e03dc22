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
 * The shared memory of one model: a slot for each request (its features and its outputs), a lane for each batch in flight
 * (the slots of its rows). A worker gathers the rows of its batch from wherever they lie, so that a request that leaves
 * early leaves no hole, and any requests can share a batch.
 *
 * A slot is claimed by a request and released when nobody can touch it any more: a request that was settled while its
 * batch ran keeps its slot until the worker has answered or died.
 */
export class Slots {
  readonly memory: SharedMemory;
  readonly features: Float32Array;
  readonly outputs: Float32Array;
  readonly attention: Float32Array;
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
      features: new SharedArrayBuffer(capacity * rowSize * floats),
      outputs: new SharedArrayBuffer(capacity * outputsPerSlot * floats),
      attention: new SharedArrayBuffer(attention ? capacity * maxAttentionWidth * floats : 0),
      lanes: new SharedArrayBuffer(lanes * maxBatchSize * Int32Array.BYTES_PER_ELEMENT),
    };
    this.features = new Float32Array(this.memory.features);
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

  /** Notes which slot holds a row of a lane's batch. */
  placeRow(lane: number, row: number, slot: number): void {
    this.#lanes[lane * this.memory.maxBatchSize + row] = slot;
  }
}
