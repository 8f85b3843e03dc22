import { percent, percentagePoints } from './percent.js';
import type { Breach } from './verdict.js';

/** The number of decisions, and how many of them are BLOCK. */
export interface BlockCounts {
  readonly decided: number;
  readonly blocked: number;
}

/** The result of comparing two block rates: beyond the limit, within it, or not certain yet. */
export type BlockFinding = { kind: 'breach'; breach: Breach } | { kind: 'within' } | { kind: 'unclear' };

/**
 * The difference must exceed the limit by this many standard errors. If the versions differ by exactly the limit, one check is wrong once
 * in 300,000 times. A step has hundreds of checks, so the margin is needed.
 */
const certain = 4.5;

/** The difference must be this many standard errors below the limit before the canary may get more traffic. */
const spare = 1;

/** With fewer decisions, rates are not close enough to a normal distribution. */
const leastDecisions = 50;

/**
 * Compares the block rate of a canary with the primary's over the same time.
 *
 * @param limit the largest allowed difference in either direction; above 0, at most 1.
 * @param minRequests with fewer requests of either version there is no breach.
 * @param designEffect the variance of the rates divided by the variance for independent requests; at least 1. It is above 1 because
 * requests with the same routing key are alike.
 */
export function compareBlocks(
  canary: BlockCounts,
  primary: BlockCounts,
  limit: number,
  minRequests: number,
  designEffect = 1,
): BlockFinding {
  const least = Math.min(canary.decided, primary.decided);
  if (limit >= 1) return { kind: 'within' };
  if (least === 0) return { kind: 'unclear' };
  const [share, primaryShare] = [canary.blocked / canary.decided, primary.blocked / primary.decided];
  const difference = share - primaryShare;
  // Use the larger of two variances: that of the measured rate, and that of a rate that differs from the other by exactly the limit.
  // Without this, a version that has blocked nothing yet would seem certain to block nothing.
  const bound = difference > 0 ? limit : -limit;
  const variance =
    Math.max(varianceOf(share, canary.decided), varianceOf(primaryShare + bound, canary.decided)) +
    Math.max(varianceOf(primaryShare, primary.decided), varianceOf(share - bound, primary.decided));
  const standardError = Math.sqrt(variance * designEffect);
  const distance = Math.abs(difference);
  if (distance - certain * standardError > limit && least >= Math.max(minRequests, leastDecisions)) {
    const reason =
      `it blocks ${percent(share)} of its requests, the primary ${percent(primaryShare)}; ` +
      `they may differ by ${percentagePoints(limit)}`;
    return { kind: 'breach', breach: { guard: 'maxBlockRateChange', seen: distance, allowed: limit, reason } };
  }
  return distance + spare * standardError <= limit ? { kind: 'within' } : { kind: 'unclear' };
}

/** The variance of a rate that was measured on this many requests. */
function varianceOf(share: number, requests: number): number {
  const within = Math.min(Math.max(share, 0), 1);
  return (within * (1 - within)) / requests;
}
