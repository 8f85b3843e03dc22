import type { RowLayout } from '../requests/feature-row.js';

/**
 * The features of one version's requests, in memory of the host's own: a row for each row of the request table, the inputs one behind the
 * other. A core that writes where another has just read waits for each line of the cache, so workers see only the copy in a lane.
 */
export class FeatureRows {
  readonly layout: RowLayout;
  readonly floats: Float32Array;

  constructor(layout: RowLayout, rows: number) {
    this.layout = layout;
    this.floats = new Float32Array(rows * layout.stride);
  }

  /** The first value of a row. */
  start(row: number): number {
    return row * this.layout.stride;
  }
}
