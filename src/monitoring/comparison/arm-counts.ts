import type { Decision } from '../../api/result.js';
import { bucketCount } from './key-buckets.js';

/** How a compared request ended: with a decision of the version's model, or with an error. */
export type ArmOutcome = Decision | 'ERROR';

// The fields of a bucket are next to each other, so that a request touches one cache line.
const requestsField = 0;
const blocksField = 1;
const reviewsField = 2;
const errorsField = 3;
const fields = 4;
/** After the buckets: the sum of the squared weights. */
const squaresAt = bucketCount * fields;

/**
 * The outcomes of one version's requests in one comparison, by bucket of the routing key.
 *
 * A comparison needs two of these that begin at the same time: one for the challenger, and one for the primary that is used only for this
 * challenger. The traffic of both must come from the same hours. Otherwise a change of the fraud rate during the day would look like a
 * difference between the versions. So the primary's requests are weighted, see `setWeight`.
 */
export class ArmCounts {
  readonly #sums = new Float64Array(squaresAt + 1);
  #weight = 1;

  /**
   * Sets the weight of later requests. The challenger's weight stays 1. The primary's weight is the challenger's share divided by the
   * primary's share. It is set again when a share changes, and is 0 while either has no traffic. With these weights, both have the same mix
   * of hours, whatever the shares were.
   *
   * @param weight a finite number, at least 0.
   */
  setWeight(weight: number): void {
    this.#weight = weight;
  }

  /** Takes a few nanoseconds and allocates nothing. */
  record(bucket: number, outcome: ArmOutcome): void {
    const sums = this.#sums;
    const weight = this.#weight;
    const at = bucket * fields;
    add(sums, at + requestsField, weight);
    if (outcome === 'BLOCK') add(sums, at + blocksField, weight);
    else if (outcome === 'REVIEW') add(sums, at + reviewsField, weight);
    else if (outcome === 'ERROR') add(sums, at + errorsField, weight);
    add(sums, squaresAt, weight * weight);
  }

  /** The weighted sums by bucket, one column for each field. */
  columns(): ArmColumns {
    const sums = this.#sums;
    const requests = new Float64Array(bucketCount);
    const answered = new Float64Array(bucketCount);
    const blocks = new Float64Array(bucketCount);
    const reviews = new Float64Array(bucketCount);
    const errors = new Float64Array(bucketCount);
    let weights = 0;
    for (let bucket = 0; bucket < requests.length; bucket += 1) {
      const at = bucket * fields;
      const all = sums[at + requestsField] ?? 0;
      const failed = sums[at + errorsField] ?? 0;
      weights += all;
      requests[bucket] = all;
      answered[bucket] = all - failed;
      blocks[bucket] = sums[at + blocksField] ?? 0;
      reviews[bucket] = sums[at + reviewsField] ?? 0;
      errors[bucket] = failed;
    }
    const meanWeight = weights === 0 ? 1 : (sums[squaresAt] ?? 0) / weights;
    return { requests, answered, blocks, reviews, errors, meanWeight };
  }
}

/** The counts of one arm, by bucket. */
export interface ArmColumns {
  readonly requests: Float64Array;
  /** Requests with a decision: all requests without errors. */
  readonly answered: Float64Array;
  readonly blocks: Float64Array;
  readonly reviews: Float64Array;
  readonly errors: Float64Array;
  /**
   * Σ weight² / Σ weight. The number of weighted requests divided by this is the equivalent number of equally weighted requests (Kish).
   */
  readonly meanWeight: number;
}

function add(sums: Float64Array, at: number, weight: number): void {
  sums[at] = (sums[at] ?? 0) + weight;
}
