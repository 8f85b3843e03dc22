import { outputsPerRow } from '../protocol/outputs.js';
import { type RowViews, rowViewsOf } from '../protocol/row-layout.js';
import type { ColumnMemory } from '../protocol/serving.js';

export interface ColumnAreaSizes {
  /** Chunks in flight. */
  areas: number;
  /** Rows an area has room for. */
  rows: number;
  /** Words of 4 bytes that a row of features takes. */
  rowSize: number;
}

/**
 * Shared memory for chunks of `scoreColumns`: an area for each chunk in flight, in which each input's rows lie in one piece, so that
 * both sides copy them as they are. It takes no room until it is used.
 */
export class ColumnAreas {
  readonly memory: ColumnMemory;
  /** The memory of all areas' features. */
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

  /** @returns an area that nobody else has, or undefined where all are taken. */
  claim(): number | undefined {
    return this.#free.pop();
  }

  /** @param area one that was claimed, and that no worker can touch any more. */
  release(area: number): void {
    this.#free.push(area);
  }

  /** The word at which an area begins, to be filled input by input: the first takes its words times the chunk's rows, and so on. */
  start(area: number): number {
    return area * this.memory.rows * this.memory.rowSize;
  }

  /** As the worker left them: see `ColumnsTask`. */
  outputs(area: number): Float32Array {
    const length = this.#outputs.length / this.memory.areas;
    return this.#outputs.subarray(area * length, (area + 1) * length);
  }
}
