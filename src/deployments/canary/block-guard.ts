import { percent, percentagePoints } from './percent.js';
import type { Breach } from './verdict.js';

/** Decisions, and those of them that are BLOCK. */
export interface BlockCounts {
  readonly decided: number;
  readonly blocked: number;
}

/** What the block shares of two versions say: beyond the limit, within it, or not clear yet. */
export type BlockFinding = { kind: 'breach'; breach: Breach } | { kind: 'within' } | { kind: 'unclear' };

/**
 * Standard errors that the difference must be beyond the limit. One look errs once in 300,000 times where the versions differ just by the limit,
 * which leaves room for the hundreds of looks of a step.
 */
const certain = 4.5;

/** Standard errors that the difference must be below the limit before the canary may get more traffic. */
const spare = 1;

/** With fewer, shares are not distributed normally enough. */
const leastDecisions = 50;

/**
 * Compares the share of blocked requests of a canary with the primary's, over the same time.
 *
 * @param limit the largest difference that is allowed, either way; above 0, at most 1.
 * @param minRequests of each version, below which there is no breach.
 * @param designEffect how many times larger the variance of the shares is than that of independent requests, because the requests of one
 *   routing key are alike; at least 1.
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
  // The variance is that of the share seen, or of the share that differs from the other's just by the limit, whichever is larger: a version that
  // has blocked nothing yet is not certain to block nothing.
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

/** Of a share seen in so many requests. */
function varianceOf(share: number, requests: number): number {
  const within = Math.min(Math.max(share, 0), 1);
  return (within * (1 - within)) / requests;
}
