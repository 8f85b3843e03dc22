import type { ArmCounts } from './arm-counts.js';
import { halfWidth } from './confidence-sequence.js';
import { estimateRate, type RateEstimate } from './rate-estimate.js';

/** The difference of a rate, challenger − primary. */
export interface RateDifference {
  difference: number;
  /** Lower bound of the confidence sequence, in [-1, 1]. */
  low: number;
  /** Upper bound, in [-1, 1]. */
  high: number;
  /** Whether 0 is outside the interval. Then the versions differ. */
  distinguishable: boolean;
}

/** Block and review rates are shares of the answered requests. The error rate is a share of all requests. */
export type Comparison = Record<'block' | 'review' | 'error', RateDifference>;

/** With fewer requests or keys, no variance can be estimated, so the interval means nothing. */
const minRequests = 100;
const minEffectiveBuckets = 20;

/** With at least this many buckets, an arm's own estimate of its variance is within about 20 %. */
const enoughInformativeBuckets = 50;

/**
 * Compares the rates of two versions. The intervals of the three rates cover the true differences together, at all checks, with a
 * probability of at least 1 − alpha. Each has alpha / 3. See `halfWidth` for the formula.
 *
 * With fewer than 100 requests in an arm, or if keys are so uneven that they are worth fewer than 20 equal ones, the interval is [-1, 1].
 *
 * @param alpha probability, in (0, 1), of claiming a difference where there is none.
 */
export function compare(primary: ArmCounts, challenger: ArmCounts, alpha = 0.05): Comparison {
  const [before, after] = [ratesOf(primary), ratesOf(challenger)];
  const alphaOfEach = alpha / 3;
  return {
    block: differenceOf(before.block, after.block, alphaOfEach),
    review: differenceOf(before.review, after.review, alphaOfEach),
    error: differenceOf(before.error, after.error, alphaOfEach),
  };
}

function ratesOf(counts: ArmCounts): Record<keyof Comparison, RateEstimate> {
  const { requests, answered, blocks, reviews, errors, meanWeight } = counts.columns();
  return {
    block: estimateRate(answered, blocks, meanWeight),
    review: estimateRate(answered, reviews, meanWeight),
    error: estimateRate(requests, errors, meanWeight),
  };
}

function differenceOf(primary: RateEstimate, challenger: RateEstimate, alpha: number): RateDifference {
  const difference = challenger.rate - primary.rate;
  if (!isEnough(primary) || !isEnough(challenger)) return { difference, low: -1, high: 1, distinguishable: false };
  const half = halfWidth(varianceOf(primary, challenger) + varianceOf(challenger, primary), alpha);
  const low = Math.max(-1, difference - half);
  const high = Math.min(1, difference + half);
  return { difference, low, high, distinguishable: low > 0 || high < 0 };
}

function isEnough({ requests, effectiveBuckets }: RateEstimate): boolean {
  return requests >= minRequests && effectiveBuckets >= minEffectiveBuckets;
}

/**
 * The variance of an arm's rate: the arm's own estimate, but at least the variance if both arms had the same rate. An arm without cases has
 * an estimate of 0. While it has few cases, its requests are assumed to be as clustered as the other arm's.
 */
function varianceOf(arm: RateEstimate, other: RateEstimate): number {
  const cases = arm.rate * arm.requests + other.rate * other.requests;
  // Adds one case and one other request (after Agresti and Coull), so that the variance is above 0 if there are no cases.
  const pooled = (cases + 1) / (arm.requests + other.requests + 2);
  const clustering = arm.informativeBuckets < enoughInformativeBuckets ? designEffect(other) : 1;
  return Math.max(arm.clusterVariance, (clustering * pooled * (1 - pooled)) / arm.requests);
}

/** The variance divided by the variance for independent requests; at least 1. */
function designEffect({ rate, requests, clusterVariance }: RateEstimate): number {
  const independent = (rate * (1 - rate)) / requests;
  return independent === 0 ? 1 : Math.max(1, clusterVariance / independent);
}
