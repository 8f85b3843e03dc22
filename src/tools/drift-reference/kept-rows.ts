import { seededUniform } from '../seeded-uniform.js';

/** Rows that are next to each other in the file. It is the smallest default window for drift. */
export const blockRows = 500;

/** The most numbers that are kept: 160 MB. */
const mostValues = 20_000_000;

const mostBlocks = 400;

/**
 * A sample of a file's rows in limited memory. It keeps whole blocks of consecutive rows, so that the values of a short period can be
 * compared with all values. Every block of the file has the same chance to be kept. The same file gives the same sample.
 */
export class KeptRows {
  readonly #width: number;
  readonly #most: number;
  readonly #uniform = seededUniform(1);
  readonly #blocks: Float64Array[] = [];
  #full = 0;
  #open: Float64Array;
  #openRows = 0;

  /** @param width numbers per row. */
  constructor(width: number) {
    this.#width = width;
    this.#most = Math.max(1, Math.min(mostBlocks, Math.floor(mostValues / (width * blockRows))));
    this.#open = new Float64Array(width * blockRows);
  }

  /** The place for the next row. */
  next(): Float64Array {
    if (this.#openRows === blockRows) this.#close();
    this.#openRows += 1;
    const start = (this.#openRows - 1) * this.#width;
    return this.#open.subarray(start, start + this.#width);
  }

  /** Number of kept rows. An incomplete block at the end of the file counts if nothing was left out. */
  get rows(): number {
    return this.#kept.reduce((rows, block) => rows + block.length / this.#width, 0);
  }

  /** The values of a column, by blocks. The last block may be shorter. */
  column(index: number): Float64Array[] {
    return this.#kept.map((block) => {
      const values = new Float64Array(block.length / this.#width);
      for (let row = 0; row < values.length; row += 1) values[row] = block[row * this.#width + index] as number;
      return values;
    });
  }

  get #kept(): Float64Array[] {
    if (this.#full >= this.#most || this.#openRows === 0) return this.#blocks;
    return [...this.#blocks, this.#open.subarray(0, this.#openRows * this.#width)];
  }

  #close(): void {
    const place = this.#full < this.#most ? this.#full : Math.floor(this.#uniform() * (this.#full + 1));
    this.#full += 1;
    this.#openRows = 0;
    if (place >= this.#most) return;
    this.#blocks[place] = this.#open;
    this.#open = new Float64Array(this.#width * blockRows);
  }
}
