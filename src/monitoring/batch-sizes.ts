/** Upper bounds of the buckets, in rows: powers of two up to the largest batch that the options allow. */
export const batchSizeBounds: readonly number[] = Array.from({ length: 17 }, (_, power) => 2 ** power);

/** The distribution of batch sizes, in buckets by powers of two. */
export class BatchSizes {
  /** By bucket. A batch with more rows than the last bound is in no bucket. Read by others. */
  readonly counts = new Float64Array(batchSizeBounds.length);
  #batches = 0;
  #rows = 0;

  get batches(): number {
    return this.#batches;
  }

  /** The rows of all batches. */
  get rows(): number {
    return this.#rows;
  }

  record(rows: number): void {
    // The smallest power of two that is not less.
    const bucket = rows <= 1 ? 0 : 32 - Math.clz32(rows - 1);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.#batches += 1;
    this.#rows += rows;
  }

  add(other: BatchSizes): void {
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      this.counts[bucket] = (this.counts[bucket] as number) + (other.counts[bucket] as number);
    }
    this.#batches += other.#batches;
    this.#rows += other.#rows;
  }
}
