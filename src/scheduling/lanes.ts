import { maxAttentionWidth, outputsPerRow } from '../protocol/outputs.js';
import type { LaneMemory } from '../protocol/serving.js';
import type { FeatureRows } from '../requests/feature-rows.js';
import type { RequestTable } from '../requests/request-table.js';

/** Rows that go to a worker together. */
export interface Batch {
  /** Rows of the request table, and the generation of each when the batch was put together. */
  readonly rows: Int32Array;
  readonly generations: Uint32Array;
  count: number;
  /**
   * How many workers died while they ran this batch. A batch with a death runs alone, so that no other batch can be blamed for the next
   * death.
   */
  deaths: number;
  /** How often the runtime failed on this batch, or on the batch that it is a part of. A part of one row starts again at 0. */
  errors: number;
}

/** Shared memory for one batch in flight: its features and outputs, row after row. */
export interface Lane extends Batch {
  readonly index: number;
  /** float32 [maxBatchSize, outputsPerRow] */
  readonly outputs: Float32Array;
  /** float32 [maxBatchSize, the attention's own width] */
  readonly attention: Float32Array;
  /** float32 [maxBatchSize, the raw outputs' own width] */
  readonly raw: Float32Array;
  /** Time on the monotonic clock, in ms. */
  sentAt: number;
}

export interface LaneSizes {
  /** Number of lanes. */
  lanes: number;
  maxBatchSize: number;
  /** Whether the model gives attention weights. */
  attention: boolean;
  /** The most raw outputs of a row; 0 if there are none beside the scores. */
  rawRoom: number;
}

/**
 * The memory that host and workers share. A batch takes a lane and releases it when no worker can touch it any more. When the batch is
 * sent, its features are copied into the lane once, row after row, so that a worker needs no list of positions.
 */
export class Lanes {
  readonly memory: LaneMemory;
  readonly #features: FeatureRows;
  readonly #lanes: readonly Lane[];
  readonly #free: number[];
  readonly #maxBatchSize: number;

  /**
   * @param features which have `laneRowsOf(sizes)` rows for lanes.
   * @param weights memory for attention weights of just the size that is needed, whatever is in it. @default new memory
   */
  constructor(
    { lanes, maxBatchSize, attention, rawRoom }: LaneSizes,
    features: FeatureRows,
    weights?: SharedArrayBuffer,
  ) {
    const floats = Float32Array.BYTES_PER_ELEMENT;
    const outputsLength = maxBatchSize * outputsPerRow;
    const attentionLength = attention ? maxBatchSize * maxAttentionWidth : 0;
    const rawLength = maxBatchSize * rawRoom;
    this.#features = features;
    this.#maxBatchSize = maxBatchSize;
    // One more, which workers use to warm up.
    const all = lanes + 1;
    this.memory = {
      lanes,
      maxBatchSize,
      stride: features.layout.stride,
      features: features.bytes,
      lanesAt: features.lanesAt,
      outputs: new SharedArrayBuffer(all * outputsLength * floats),
      attention: weights ?? new SharedArrayBuffer(all * attentionLength * floats),
      raw: new SharedArrayBuffer(all * rawLength * floats),
      rawRoom,
    };
    const viewOf = (buffer: SharedArrayBuffer, lane: number, length: number): Float32Array =>
      new Float32Array(buffer, lane * length * floats, length);
    this.#lanes = Array.from({ length: lanes }, (_, index) => ({
      index,
      rows: new Int32Array(maxBatchSize),
      generations: new Uint32Array(maxBatchSize),
      count: 0,
      deaths: 0,
      errors: 0,
      outputs: viewOf(this.memory.outputs, index, outputsLength),
      attention: viewOf(this.memory.attention, index, attentionLength),
      raw: viewOf(this.memory.raw, index, rawLength),
      sentAt: 0,
    }));
    this.#free = Array.from({ length: lanes }, (_, lane) => lane);
  }

  get free(): number {
    return this.#free.length;
  }

  /** @returns a free lane without rows. */
  take(): Lane {
    const lane = this.#lanes[this.#free.pop() ?? -1];
    if (lane === undefined) throw new Error('a batch was sent without a free lane');
    lane.count = 0;
    lane.deaths = 0;
    lane.errors = 0;
    return lane;
  }

  /** @param lane a taken lane that no worker can touch any more. */
  release(lane: Lane): void {
    this.#free.push(lane.index);
  }

  /** Copies the features of the lane's rows to the lane. */
  share({ index, rows, count }: Lane): void {
    const features = this.#features;
    const { stride } = features.layout;
    const to = features.firstLaneRow + index * this.#maxBatchSize;
    let first = 0;
    for (let place = 1; place <= count; place += 1) {
      // Neighbours in the batch often have neighbouring rows. Those are copied in one piece.
      if (place < count && rows[place] === (rows[place - 1] as number) + 1) continue;
      const from = (rows[first] as number) * stride;
      features.floats.copyWithin((to + first) * stride, from, from + (place - first) * stride);
      first = place;
    }
  }
}

/** Rows of features that the lanes need, the lane for warming up included. */
export function laneRowsOf({ lanes, maxBatchSize }: Pick<LaneSizes, 'lanes' | 'maxBatchSize'>): number {
  return (lanes + 1) * maxBatchSize;
}

/** Adds a row to a lane. */
export function addRow(lane: Lane, row: number, table: RequestTable): void {
  lane.rows[lane.count] = row;
  lane.generations[lane.count] = table.generation[row] as number;
  lane.count += 1;
}

/** A new batch of those rows whose requests are not settled yet. */
export function openRows({ rows, generations, count, deaths, errors }: Batch, table: RequestTable): Batch {
  const open = { rows: new Int32Array(count), generations: new Uint32Array(count), count: 0, deaths, errors };
  for (let place = 0; place < count; place += 1) {
    const row = rows[place] as number;
    const generation = generations[place] as number;
    if (!table.isCurrent(row, generation)) continue;
    open.rows[open.count] = row;
    open.generations[open.count] = generation;
    open.count += 1;
  }
  return open;
}

/** Whether a batch may have a request that kills workers. */
export function isSuspect({ deaths }: Pick<Batch, 'deaths'>): boolean {
  return deaths > 0;
}
