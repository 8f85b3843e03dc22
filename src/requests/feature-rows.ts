import type { RowLayout } from './feature-row.js';

/**
 * The features of one version's requests, in memory of the host's own: a row for each row of the request table, laid out as bytes by the
 * version's manifest, the inputs one behind the other. A core that writes where another has just read waits for each line of the cache,
 * so workers see only the copy in a lane.
 */
export class FeatureRows {
  readonly layout: RowLayout;
  readonly bytes: ArrayBuffer;
  /** The same memory as float32 values, which is what all inputs are. */
  readonly floats: Float32Array;

  /** @throws {RangeError} where there is no memory. */
  constructor(layout: RowLayout, rows: number) {
    this.layout = layout;
    this.bytes = new ArrayBuffer(rows * layout.stride * Float32Array.BYTES_PER_ELEMENT);
    this.floats = new Float32Array(this.bytes);
  }

  /** The first value of a row. */
  start(row: number): number {
    return row * this.layout.stride;
  }
}
