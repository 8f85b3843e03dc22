import { outputsPerRow } from '../protocol/outputs.js';
import { type RowViews, rowViewsOf } from '../protocol/row-layout.js';
import type { ColumnMemory } from '../protocol/serving.js';

export interface ColumnAreaSizes {
  /** The number of chunks that may be in flight. */
  areas: number;
  /** The number of rows that fit in one area. */
  rows: number;
  /** Words (4 bytes) per row of features. */
  rowSize: number;
}

/**
 * Shared memory for chunks of `scoreColumns`, with one area for each chunk in flight. In an area, the rows of each input lie together, so
 * that both sides can copy them in one piece. The memory is allocated on first use.
 */
export class ColumnAreas {
  readonly memory: ColumnMemory;
  /** The feature memory of all areas. */
  readonly features: RowViews;
  readonly #outputs: Float32Array;
  readonly #free: number[];

  /** @param features memory of just this size, whatever is in it. @default new memory */
  constructor({ areas, rows, rowSize }: ColumnAreaSizes, features?: SharedArrayBuffer) {
    const floats = Float32Array.BYTES_PER_ELEMENT;
    this.memory = {
      areas,
      rows,
      rowSize,
      features: features ?? new SharedArrayBuffer(areas * rows * rowSize * floats),
      outputs: new SharedArrayBuffer(areas * rows * outputsPerRow * floats),
    };
    this.features = rowViewsOf(this.memory.features);
    this.#outputs = new Float32Array(this.memory.outputs);
    this.#free = Array.from({ length: areas }, (_, area) => area);
  }

  /** @returns a free area, or undefined if none is free. */
  claim(): number | undefined {
    return this.#free.pop();
  }

  /** @param area a claimed area that no worker can access any more. */
  release(area: number): void {
    this.#free.push(area);
  }

  /** The word index at which an area begins. Inputs follow each other: each takes its words per row times the chunk's rows. */
  start(area: number): number {
    return area * this.memory.rows * this.memory.rowSize;
  }

  /** The outputs that the worker wrote. See `ColumnsTask`. */
  outputs(area: number): Float32Array {
    const length = this.#outputs.length / this.memory.areas;
    return this.#outputs.subarray(area * length, (area + 1) * length);
  }
}
