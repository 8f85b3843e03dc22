import type { FailureCounts } from '../../api/alerts.js';

/** Fewer failures are no trend: one alone may be more than the budget of an hour with little traffic. */
const leastFailures = 5;

/**
 * How many times faster than allowed errors use up the error budget: over a long window, so that it matters, and over a short one, so that it
 * still goes on and ends soon after. Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 *
 * @param target share of requests that must not fail, in (0, 1).
 * @returns the smaller of the two; null where a window has no request, or the long one hardly a failure.
 */
export function burnRate(long: FailureCounts, short: FailureCounts, target: number): number | null {
  if (long.failed < leastFailures || long.requests === 0 || short.requests === 0) return null;
  return Math.min(long.failed / long.requests, short.failed / short.requests) / (1 - target);
}
