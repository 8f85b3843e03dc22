import { LatencyHistogram } from './latency-histogram.js';
import type { VersionStats } from './version-stats.js';

/** What became of a version's requests. */
export interface VersionCounts {
  /** Requests that were the version's to answer: those that succeeded, failed or expired. */
  readonly requests: number;
  /** Of `requests`, those that failed or expired. */
  readonly failed: number;
  /** Requests that came to a decision; no rows of `scoreColumns`. */
  readonly decided: number;
  /** Of `decided`, those blocked. */
  readonly blocked: number;
}

/** What was counted of a version from its start until one moment. The difference of two readings is what happened in between. */
export interface VersionReading extends VersionCounts {
  /** Whose it is. */
  readonly version: string;
  /** From `score()` to the result, of requests that the model answered. Nothing is added to it later. */
  readonly latency: LatencyHistogram;
}

/** @param version whose statistics they are. */
export function readVersion(version: string, { history, decisions, columnDecisions }: VersionStats): VersionReading {
  const latency = new LatencyHistogram();
  let requests = 0;
  let failed = 0;
  history.eachSinceStart((recorder) => {
    const counts = recorder.requests.summary();
    requests += counts.succeeded + counts.failed + counts.expired;
    failed += counts.failed + counts.expired;
    latency.add(recorder.latency);
  });
  const decided = decisions.total - columnDecisions.total;
  const blocked = decisions.counts.BLOCK - columnDecisions.counts.BLOCK;
  return { version, requests, failed, decided, blocked, latency };
}

/** What was counted between two readings of one version. */
export function countsBetween(earlier: VersionReading, later: VersionReading): VersionCounts {
  return {
    requests: later.requests - earlier.requests,
    failed: later.failed - earlier.failed,
    decided: later.decided - earlier.decided,
    blocked: later.blocked - earlier.blocked,
  };
}
