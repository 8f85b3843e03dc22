import { FeatureReader } from './feature-reader.js';
import type { DescribedInput } from './feature-slots.js';
import type { FeatureReaderOptions } from './known-names.js';
import type { RowLayout } from './row-layout.js';

/**
 * The features of one version's requests. There is one row for each row of the request table. Its bytes follow the manifest, one input
 * after the other. After them come the rows of the lanes, which workers read. When a batch is sent, its rows are copied there within the
 * same memory, which is the fastest way. Workers never touch the rows of the request table, so their cache lines stay with the host.
 */
export class FeatureRows {
  readonly layout: RowLayout;
  readonly bytes: SharedArrayBuffer;
  /** The same memory as float32 values, or words of 4 bytes. */
  readonly floats: Float32Array;
  /** Reads features that are not just arrays of float32 values. */
  readonly reader: FeatureReader;
  /** The first row of the lanes. */
  readonly firstLaneRow: number;

  /**
   * @param rows for requests. @param laneRows in all lanes together. @param inputs as the manifest describes them.
   * @param bytes memory of just this size, whatever is in it. @default new memory
   * @throws {RangeError} where there is no memory.
   */
  constructor(
    layout: RowLayout,
    rows: number,
    laneRows: number,
    inputs: readonly DescribedInput[] = layout.inputs,
    options?: FeatureReaderOptions,
    bytes?: SharedArrayBuffer,
  ) {
    this.layout = layout;
    this.firstLaneRow = rows;
    const size = (rows + laneRows) * layout.stride * Float32Array.BYTES_PER_ELEMENT;
    this.bytes = bytes ?? new SharedArrayBuffer(size);
    this.floats = new Float32Array(this.bytes);
    this.reader = new FeatureReader(inputs, layout, this.bytes, options);
  }

  /** The byte offset of the first row of the lanes. */
  get lanesAt(): number {
    return this.firstLaneRow * this.layout.stride * Float32Array.BYTES_PER_ELEMENT;
  }

  /** The index of the first value of a row. */
  start(row: number): number {
    return row * this.layout.stride;
  }
}
