import type { ArmCounts } from './arm-counts.js';
import { halfWidth } from './confidence-sequence.js';
import { estimateRate, type RateEstimate } from './rate-estimate.js';

/** The difference of a rate, challenger − primary. */
export interface RateDifference {
  difference: number;
  /** Lower end of the confidence sequence, in [-1, 1]. */
  low: number;
  /** Upper end, in [-1, 1]. */
  high: number;
  /** Whether 0 is outside: the versions differ. */
  distinguishable: boolean;
}

/** Blocks and reviews are compared as shares of the answered requests, errors as a share of all requests. */
export type Comparison = Record<'block' | 'review' | 'error', RateDifference>;

/** Below, an interval says nothing: of so few requests or keys no variance can be estimated. */
const minRequests = 100;
const minEffectiveBuckets = 20;

/** From so many buckets on, an arm's own estimate of its variance is within about 20 %. */
const enoughInformativeBuckets = 50;

/**
 * Compares the rates of two versions. The intervals of the three rates cover the true differences together, at all looks, with a probability of
 * at least 1 − alpha: each has alpha / 3. See `halfWidth` for the formula.
 *
 * With fewer than 100 requests in an arm, or keys so uneven that they tell as little as 20 equal ones, the interval is [-1, 1].
 *
 * @param alpha probability, in (0, 1), that a difference is claimed where there is none.
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
 * The variance of an arm's rate: what the arm itself shows, but not less than if both arms had the same rate. An arm without any case shows a
 * variance of 0. While it has few cases, its requests are taken to be as clustered as the other arm's.
 */
function varianceOf(arm: RateEstimate, other: RateEstimate): number {
  const cases = arm.rate * arm.requests + other.rate * other.requests;
  // One case and one other request more, as of Agresti and Coull, so that the variance is above 0 where no request is a case.
  const pooled = (cases + 1) / (arm.requests + other.requests + 2);
  const clustering = arm.informativeBuckets < enoughInformativeBuckets ? designEffect(other) : 1;
  return Math.max(arm.clusterVariance, (clustering * pooled * (1 - pooled)) / arm.requests);
}

/** How many times larger the variance is than that of independent requests; at least 1. */
function designEffect({ rate, requests, clusterVariance }: RateEstimate): number {
  const independent = (rate * (1 - rate)) / requests;
  return independent === 0 ? 1 : Math.max(1, clusterVariance / independent);
}
