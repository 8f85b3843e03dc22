import type { ScoreGroups } from './score-groups.js';

/** Rows above a threshold. */
export interface RowsAbove {
  good: number;
  fraud: number;
  goodAmount: number;
  fraudAmount: number;
}

/** The number of rows, and their amounts, with a score above any threshold. */
export class Cumulative {
  readonly scores: Float32Array;
  /** Sums over all groups from each index on. One more item than groups; the last is 0. */
  readonly good: Float64Array;
  readonly fraud: Float64Array;
  readonly goodAmount: Float64Array;
  readonly fraudAmount: Float64Array;

  constructor({ scores, good, fraud, goodAmount, fraudAmount }: ScoreGroups) {
    this.scores = scores;
    this.good = sumsFrom(good);
    this.fraud = sumsFrom(fraud);
    this.goodAmount = sumsFrom(goodAmount);
    this.fraudAmount = sumsFrom(fraudAmount);
  }

  get all(): RowsAbove {
    return this.from(0);
  }

  /** The groups from this index on. */
  from(place: number): RowsAbove {
    return {
      good: this.good[place] ?? 0,
      fraud: this.fraud[place] ?? 0,
      goodAmount: this.goodAmount[place] ?? 0,
      fraudAmount: this.fraudAmount[place] ?? 0,
    };
  }

  /** Above, not equal, in float32, as the policy compares. */
  above(threshold: number): RowsAbove {
    return this.from(this.placeAbove(threshold));
  }

  /** The index of the first group whose score is above a threshold. */
  placeAbove(threshold: number): number {
    const rounded = Math.fround(threshold);
    let low = 0;
    let high = this.scores.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.scores[middle] as number) > rounded) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function sumsFrom(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let place = values.length - 1; place >= 0; place -= 1) {
    sums[place] = (sums[place + 1] as number) + (values[place] as number);
  }
  return sums;
}
