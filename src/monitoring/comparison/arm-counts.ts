import type { Decision } from '../../api/result.js';
import { bucketCount } from './key-buckets.js';

/** How a compared request ended: with a decision of the version's model, or without one. */
export type ArmOutcome = Decision | 'ERROR';

// The fields of a bucket, side by side, so that a request touches one cache line.
const requestsField = 0;
const blocksField = 1;
const reviewsField = 2;
const errorsField = 3;
const fields = 4;
/** Behind the buckets: the sum of the squared weights. */
const squaresAt = bucketCount * fields;

/**
 * The outcomes of one version's requests in one comparison, by bucket of the routing key.
 *
 * A comparison needs two of them that begin at the same time: one for the challenger, and one for the primary that belongs to this
 * challenger alone. The traffic of both must come from the same hours, or a change of the fraud rate during the day would look like a
 * difference between the versions. So the primary's requests are weighted: see `setWeight`.
 */
export class ArmCounts {
  readonly #sums = new Float64Array(squaresAt + 1);
  #weight = 1;

  /**
   * The weight of the requests from now on. The challenger's stays 1. The primary's is the challenger's share divided by the primary's share,
   * set anew whenever a share changes; 0 while either has no traffic. Weighted so, both have the same mix of hours, whatever the shares were.
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

  /** The weighted sums by bucket, a column for each field. */
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

/** What one arm counted, by bucket. */
export interface ArmColumns {
  readonly requests: Float64Array;
  /** Requests with a decision: all but the errors. */
  readonly answered: Float64Array;
  readonly blocks: Float64Array;
  readonly reviews: Float64Array;
  readonly errors: Float64Array;
  /** Σ weight² / Σ weight. Weighted requests divided by it are the number of equally weighted ones that tell as much (Kish). */
  readonly meanWeight: number;
}

function add(sums: Float64Array, at: number, weight: number): void {
  sums[at] = (sums[at] ?? 0) + weight;
}
