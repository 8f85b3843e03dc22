import { LatencyHistogram } from './latency-histogram.js';
import type { VersionStats } from './version-stats.js';

/** The outcomes of a version's requests. */
export interface VersionCounts {
  /** Requests that succeeded, failed or expired. */
  readonly requests: number;
  /** Those of `requests` that failed or expired. */
  readonly failed: number;
  /** Requests with a decision, without rows of `scoreColumns`. */
  readonly decided: number;
  /** Those of `decided` that were blocked. */
  readonly blocked: number;
}

/** The counts of a version from its start until one moment. The difference of two readings is what happened between them. */
export interface VersionReading extends VersionCounts {
  /** The version. */
  readonly version: string;
  /** From `score()` to the result, for requests that the model answered. It does not change later. */
  readonly latency: LatencyHistogram;
}

/** @param version the version of these statistics. */
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

/** The counts between two readings of one version. */
export function countsBetween(earlier: VersionReading, later: VersionReading): VersionCounts {
  return {
    requests: later.requests - earlier.requests,
    failed: later.failed - earlier.failed,
    decided: later.decided - earlier.decided,
    blocked: later.blocked - earlier.blocked,
  };
}
