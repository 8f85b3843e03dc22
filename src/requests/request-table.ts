import type { ScoreRequest } from '../api/request.js';
import type { ModelResult, ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import type { CallerContext } from '../host/async-context.js';

/** The state of a row's request. A settled request has no row. */
export const rowStates = {
  /** The row is free. */
  free: 0,
  /** The request is in the queue. */
  waiting: 1,
  /** Off the queue; it is refused as soon as no batch is being put together. */
  leaving: 2,
  /** In a batch that a worker holds, or that came back and is not handed out yet. */
  running: 3,
  /** In a batch that failed and will be sent again. */
  retrying: 4,
  /** Answered, and held until its reasons are ready. */
  held: 5,
  /** Claimed; its request is being read and is on no list yet. */
  entering: 6,
} as const;

/** Settles requests by their place in a list, because `scoreMany` needs no promise for each. */
export interface Settlements {
  resolve(place: number, result: ScoreResult): void;
  reject(place: number, error: FraudScorerError): void;
}

export type Resolve = (result: ScoreResult) => void;
export type Reject = (error: FraudScorerError) => void;

/** No place among the requests that shadows have copies of. */
export const noCopy = -1;

/** No bucket of routing keys: versions did not share the traffic. */
export const noBucket = 2 ** 16 - 1;

/** No row: the end of a list. */
export const noRow = -1;

/**
 * The open requests, one row each. It is a struct of arrays that is allocated once, so that a request needs no object of its own. All
 * versions share it.
 *
 * A row is claimed when a request is taken in and released when it is settled. Code that keeps a row for longer (a batch in a worker, an
 * abort listener) also keeps its generation. A released row gets a new generation, so the old reference is no longer valid.
 */
export class RequestTable {
  readonly capacity: number;
  readonly state: Uint8Array;
  readonly generation: Uint32Array;
  /** The index of the deployment that answers. */
  readonly version: Uint8Array;
  /** −10 to 10. Higher priorities are sent sooner. */
  readonly priority: Int8Array;
  /** Which answers get reasons, see `explainCodes`. */
  readonly explain: Uint8Array;
  /** The request's place among those that shadows have copies of; `noCopy` if there is none. */
  readonly copy: Int32Array;
  /** The request's bucket of routing keys if versions share the traffic; else `noBucket`. */
  readonly bucket: Uint16Array;
  /** Time on the monotonic clock, in ms. */
  readonly enqueuedAt: Float64Array;
  readonly deadlineAt: Float64Array;
  readonly timeoutMs: Float64Array;
  /** NaN if the request has none. One longer than the table: the last place is for requests without a row. */
  readonly amount: Float64Array;
  // Links of the queue and of the deadline wheel. A row leaves either list in constant time.
  readonly queuePrevious: Int32Array;
  readonly queueNext: Int32Array;
  readonly wheelBucket: Int32Array;
  readonly wheelPrevious: Int32Array;
  readonly wheelNext: Int32Array;
  // Columns of objects grow with use, because they lie in the heap, where too little memory ends the process.
  /** The promise's functions; null if `settlements` has the request. */
  readonly resolve: (Resolve | null)[] = [];
  readonly reject: (Reject | null)[] = [];
  readonly settlements: (Settlements | null)[] = [];
  /** The request's place in `settlements`. */
  readonly place: Int32Array;
  readonly id: (string | undefined)[] = [];
  /** The host's request object, for its functions `fallback` and `decide`; null if it has neither. */
  readonly request: (ScoreRequest | null)[] = [];
  readonly context: (CallerContext | null)[] = [];
  /** Removes the listener from the caller's abort signal. Never throws. */
  readonly stopListening: ((() => void) | null)[] = [];
  /** The caller's abort signal if many requests share it, see `LastingAborts`. Such a row needs no `stopListening`. */
  readonly signal: (AbortSignal | null)[] = [];
  /** The answer of a held request. */
  readonly result: (ModelResult | null)[] = [];
  /** A stack: the row that was released last is claimed next, because its memory is still in the processor's caches. */
  readonly #free: Int32Array;
  #freeCount: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.state = new Uint8Array(capacity);
    this.generation = new Uint32Array(capacity);
    this.version = new Uint8Array(capacity);
    this.priority = new Int8Array(capacity);
    this.explain = new Uint8Array(capacity);
    this.copy = new Int32Array(capacity).fill(noCopy);
    this.bucket = new Uint16Array(capacity).fill(noBucket);
    this.enqueuedAt = new Float64Array(capacity);
    this.deadlineAt = new Float64Array(capacity);
    this.timeoutMs = new Float64Array(capacity);
    this.amount = new Float64Array(capacity + 1);
    this.queuePrevious = new Int32Array(capacity).fill(noRow);
    this.queueNext = new Int32Array(capacity).fill(noRow);
    this.wheelBucket = new Int32Array(capacity).fill(-1);
    this.wheelPrevious = new Int32Array(capacity).fill(noRow);
    this.wheelNext = new Int32Array(capacity).fill(noRow);
    this.place = new Int32Array(capacity);
    this.#free = Int32Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#freeCount = capacity;
  }

  /** Number of free rows. */
  get freeCount(): number {
    return this.#freeCount;
  }

  /** @returns a free row, now in the state `entering`, or `noRow` if none is free. */
  claim(): number {
    if (this.#freeCount === 0) return noRow;
    this.#freeCount -= 1;
    const row = this.#free[this.#freeCount] as number;
    if (row >= this.resolve.length) this.#grow(row + 1);
    this.state[row] = rowStates.entering;
    return row;
  }

  /**
   * Releases a row and everything of its request. The row must be on no list.
   *
   * @throws {Error} if the row was free. Otherwise two requests would come to share it.
   */
  release(row: number): void {
    if (this.state[row] === rowStates.free) throw new Error(`row ${row} was released twice`);
    this.state[row] = rowStates.free;
    this.generation[row] = (this.generation[row] as number) + 1;
    if (this.copy[row] !== noCopy) this.copy[row] = noCopy;
    if (this.bucket[row] !== noBucket) this.bucket[row] = noBucket;
    // It is rarely set, and writing to a large array costs more than reading it.
    if (this.resolve[row] !== null) {
      this.resolve[row] = null;
      this.reject[row] = null;
    }
    if (this.settlements[row] !== null) this.settlements[row] = null;
    if (this.id[row] !== undefined) this.id[row] = undefined;
    if (this.request[row] !== null) this.request[row] = null;
    if (this.context[row] !== null) this.context[row] = null;
    if (this.stopListening[row] !== null) this.stopListening[row] = null;
    if (this.signal[row] !== null) this.signal[row] = null;
    if (this.result[row] !== null) this.result[row] = null;
    this.#free[this.#freeCount] = row;
    this.#freeCount += 1;
  }

  /** Rows are claimed from the lowest up, so that few are ever needed. */
  #grow(length: number): void {
    const { resolve, reject, settlements, id, request, context, stopListening, signal, result } = this;
    for (let row = resolve.length; row < length; row += 1) {
      id.push(undefined);
      for (const column of [reject, settlements, request, context, stopListening, signal, result]) column.push(null);
      // Do this last: from then on the row counts as present.
      resolve.push(null);
    }
  }

  /** Whether the row still has the request that it had when its generation was read. */
  isCurrent(row: number, generation: number): boolean {
    return this.generation[row] === generation && this.state[row] !== rowStates.free;
  }

  /** Whether a version still has requests that are not settled. */
  holds(version: number): boolean {
    for (let row = 0; row < this.capacity; row += 1) {
      if (this.version[row] === version && this.state[row] !== rowStates.free) return true;
    }
    return false;
  }

  /** Rows of a version's requests, without those that are still being read. */
  *heldBy(version: number): Generator<number> {
    for (const row of this.taken()) {
      if (this.version[row] === version && this.state[row] !== rowStates.entering) yield row;
    }
  }

  /** Rows whose requests are not settled. */
  *taken(): Generator<number> {
    for (let row = 0; row < this.capacity; row += 1) if (this.state[row] !== rowStates.free) yield row;
  }
}
