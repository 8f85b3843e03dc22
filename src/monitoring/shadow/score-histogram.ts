import { bucketOf } from '../latency-histogram.js';
import { decodeCounts, encodeCounts } from '../sparse-counts.js';

/** Scores are counted in millionths. */
const scale = 1_000_000;
const half = scale / 2;
const halfBins = bucketOf(half) + 1;

/**
 * A distribution of scores in [0, 1] in fixed bins. The bins are finer towards both ends, because a fraud model gives most rows a score
 * near 0.
 */
export class ScoreHistogram {
  static readonly bins = 2 * halfBins;
  /** The number of scores in each bin, from the lowest scores to the highest. Read by others. */
  readonly counts = new Float64Array(ScoreHistogram.bins);
  #count = 0;

  /** A distribution from another process. @param bytes see `bytes`. @returns null if they are not as expected. */
  static from(bytes: Uint8Array): ScoreHistogram | null {
    const filled = decodeCounts(bytes, ScoreHistogram.bins);
    if (filled === null) return null;
    const made = new ScoreHistogram();
    for (const [bin, count] of filled) {
      made.counts[bin] = count;
      made.#count += count;
    }
    return made;
  }

  /** See `encodeCounts`. */
  get bytes(): Uint8Array {
    return encodeCounts(this.counts);
  }

  add(other: ScoreHistogram): void {
    for (const [bin, count] of other.counts.entries()) this.counts[bin] = (this.counts[bin] as number) + count;
    this.#count += other.#count;
  }

  get count(): number {
    return this.#count;
  }

  /** @param score in [0, 1]. */
  record(score: number): void {
    const bin = binOf(score);
    this.counts[bin] = (this.counts[bin] as number) + 1;
    this.#count += 1;
  }
}

/** Accurate to 0.8 % of the distance to the nearer end, or a millionth. @returns an integer from 0 to `ScoreHistogram.bins` − 1. */
export function binOf(score: number): number {
  return score <= 0.5
    ? bucketOf((score * scale + 0.5) | 0)
    : ScoreHistogram.bins - 1 - bucketOf(((1 - score) * scale + 0.5) | 0);
}
