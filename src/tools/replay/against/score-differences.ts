/** How far the scores of two models are apart, of many decisions. */
export interface ScoreDifferences {
  mean: number;
  meanAbsolute: number;
  min: number;
  max: number;
  /** Exact to 0.0001. */
  quantiles: { p1: number; p5: number; p25: number; p50: number; p75: number; p95: number; p99: number };
  /** Twentieths of [−1, 1]: the middle of each and the decisions whose difference is in it. */
  histogram: { difference: number; decisions: number }[];
}

const binsOfOne = 10_000;
const bins = 2 * binsOfOne + 1;
const columns = 40;

/** Counts differences in [−1, 1] in memory that does not grow. */
export class ScoreDifferenceTally {
  readonly #bins = new Float64Array(bins);
  #count = 0;
  #sum = 0;
  #sumAbsolute = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(difference: number): void {
    if (!Number.isFinite(difference)) return;
    const bin = Math.min(bins - 1, Math.max(0, Math.round((difference + 1) * binsOfOne)));
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
    this.#count += 1;
    this.#sum += difference;
    this.#sumAbsolute += Math.abs(difference);
    this.#min = Math.min(this.#min, difference);
    this.#max = Math.max(this.#max, difference);
  }

  /** @returns null where there is none. */
  differences(): ScoreDifferences | null {
    if (this.#count === 0) return null;
    const at = (share: number): number => this.#quantile(share);
    return {
      mean: this.#sum / this.#count,
      meanAbsolute: this.#sumAbsolute / this.#count,
      min: this.#min,
      max: this.#max,
      quantiles: {
        p1: at(0.01),
        p5: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
        p99: at(0.99),
      },
      histogram: this.#histogram(),
    };
  }

  #quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bin = 0; bin < bins; bin += 1) {
      seen += this.#bins[bin] as number;
      if (seen >= rank) return Math.min(this.#max, Math.max(this.#min, (bin - binsOfOne) / binsOfOne));
    }
    return this.#max;
  }

  #histogram(): ScoreDifferences['histogram'] {
    const counts = new Array<number>(columns).fill(0);
    for (const [bin, count] of this.#bins.entries()) {
      const column = Math.min(columns - 1, Math.floor((bin * columns) / bins));
      counts[column] = (counts[column] ?? 0) + count;
    }
    return counts.map((decisions, column) => ({ difference: ((column + 0.5) * 2) / columns - 1, decisions }));
  }
}
