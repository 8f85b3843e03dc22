import type { FailureCounts } from '../../api/alerts.js';

/** With fewer failures, nothing is judged. In an hour with little traffic, a single failure may exceed the error budget. */
const leastFailures = 5;

/**
 * The burn rate: how many times faster than allowed the errors use up the error budget. The long window shows that it matters. The short
 * window shows that it still goes on, so that the alert ends soon after. Source: Google, The Site Reliability Workbook, chapter 5,
 * "Multiwindow, Multi-Burn-Rate Alerts".
 *
 * @param target share of requests that must not fail, in (0, 1).
 * @returns the smaller rate of the two windows; null if a window has no requests, or the long one has too few failures.
 */
export function burnRate(long: FailureCounts, short: FailureCounts, target: number): number | null {
  if (long.failed < leastFailures || long.requests === 0 || short.requests === 0) return null;
  return Math.min(long.failed / long.requests, short.failed / short.requests) / (1 - target);
}
