import { chiSquareTail } from './chi-square.js';
import { bucketCount } from './key-buckets.js';

/** Whether the arms got the numbers of requests that their shares predict. */
export interface SampleRatioCheck {
  chiSquare: number;
  /** Probability of a χ² at least this large if the shares were kept. */
  p: number;
  /**
   * Whether p is below 0.001. Then requests of some arm are lost or counted wrongly, and a comparison of the arms misleads. p is valid for
   * a single check. Of correct experiments that are checked 100 times, about one in a hundred shows a mismatch in some check.
   */
  mismatch: boolean;
}

const mismatchBelow = 0.001;

/** The least expected number of keys of equal weight in each arm: the usual rule for χ². */
const minExpectedKeys = 5;

// The fields of a bucket.
const requestsField = 0;
/** Requests minus expected requests of the first challenger. */
const firstField = 1;
const secondField = 2;
const fields = 3;

/**
 * Compares the numbers of requests by arm with the shares, which may change. All requests of a key go to one arm, so a plain χ² would
 * report a mismatch where there is none. So this test counts by buckets of keys.
 *
 * It has two estimates of the variance, and takes the one that gives the smaller χ²:
 * - Pearson's χ² divided by the design effect (Rao and Scott, "The analysis of categorical data from complex sample surveys", JASA 76,
 * 1981). The design effect is how much more the sizes of buckets differ than with independent requests. It is valid in a small arm with few
 * keys.
 * - Wald's χ² with the deviations of each bucket as the clusters. It is valid if one key has much of the traffic.
 */
export class SampleRatio {
  readonly #sums = new Float64Array(bucketCount * fields);
  readonly #observed = new Float64Array(3);
  readonly #expected = new Float64Array(3);
  #first = 0;
  #second = 0;

  /** Sets the shares of the two challengers for later requests. The primary has the rest. */
  setShares(first: number, second: number): void {
    this.#first = first;
    this.#second = second;
  }

  /**
   * Counts a request. Call it when the request is routed: a request that is counted under other shares than those that routed it looks like
   * a mismatch.
   *
   * @param arm 0 for the primary, 1 and 2 for the challengers.
   */
  record(bucket: number, arm: 0 | 1 | 2): void {
    const at = bucket * fields;
    add(this.#sums, at + requestsField, 1);
    add(this.#sums, at + firstField, (arm === 1 ? 1 : 0) - this.#first);
    add(this.#sums, at + secondField, (arm === 2 ? 1 : 0) - this.#second);
    add(this.#observed, arm, 1);
    add(this.#expected, 0, 1 - this.#first - this.#second);
    add(this.#expected, 1, this.#first);
    add(this.#expected, 2, this.#second);
  }

  /** @returns null with fewer than two arms, or while there are too few keys for a χ². */
  check(): SampleRatioCheck | null {
    const arms = ([0, 1, 2] as const).filter((arm) => this.#expectedOf(arm) > 0.5);
    const requests = this.#observed.reduce((total, count) => total + count, 0);
    const designEffect = this.#designEffect(requests);
    const rarest = Math.min(...arms.map((arm) => this.#expectedOf(arm)));
    if (arms.length < 2 || rarest / designEffect < minExpectedKeys) return null;
    const pearson = arms.reduce<number>((sum, arm) => sum + this.#deviation(arm) ** 2 / this.#expectedOf(arm), 0);
    // The deviations of all arms add up to 0, so one arm is left out: the primary if it has traffic.
    const [, one = 1, two] = arms;
    const chiSquare = Math.min(pearson / designEffect, this.#wald(one, two));
    const p = chiSquareTail(chiSquare, arms.length === 2 ? 1 : 2);
    return { chiSquare, p, mismatch: p < mismatchBelow };
  }

  #expectedOf(arm: number): number {
    return this.#expected[arm] ?? 0;
  }

  #deviation(arm: number): number {
    return (this.#observed[arm] ?? 0) - this.#expectedOf(arm);
  }

  /** Σ over buckets of (requests − mean)² is about Σ over keys of requests², because keys fall into buckets at random. */
  #designEffect(requests: number): number {
    const mean = requests / bucketCount;
    const sums = this.#sums;
    let squares = 0;
    for (let at = 0; at < sums.length; at += fields) squares += ((sums[at + requestsField] ?? 0) - mean) ** 2;
    return requests === 0 ? 1 : Math.max(1, squares / requests);
  }

  #wald(one: number, two: number | undefined): number {
    const oneDeviation = this.#deviation(one);
    const oneVariance = this.#covariance(one, one);
    if (two === undefined) return oneVariance === 0 ? 0 : oneDeviation ** 2 / oneVariance;
    const twoDeviation = this.#deviation(two);
    const twoVariance = this.#covariance(two, two);
    const shared = this.#covariance(one, two);
    const determinant = oneVariance * twoVariance - shared ** 2;
    if (determinant <= 0) return 0;
    const quadratic =
      oneDeviation ** 2 * twoVariance - 2 * oneDeviation * twoDeviation * shared + twoDeviation ** 2 * oneVariance;
    return quadratic / determinant;
  }

  /** For two challengers: the number of an arm is also its field. */
  #covariance(one: number, two: number): number {
    const sums = this.#sums;
    let sum = 0;
    for (let at = 0; at < sums.length; at += fields) sum += (sums[at + one] ?? 0) * (sums[at + two] ?? 0);
    return sum;
  }
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}
