/** What can end a canary: one of its limits, or the host's own gate. */
export type CanaryGuard = 'maxErrorRate' | 'maxLatencyRatio' | 'maxBlockRateChange' | 'gate';

/** What one version did while the canary was compared. A rate without a denominator, or a percentile without a sample, is null. */
export interface CanaryArm {
  version: string;
  /** Requests that were its to answer: succeeded, failed and expired. */
  requests: number;
  /** Failed and expired requests / `requests`. */
  errorRate: number | null;
  /** BLOCK / all decisions. */
  blockRate: number | null;
  /** Of the answers, from `score()` to the result. */
  p95LatencyMs: number | null;
}

/** What `gate` is asked with: the canary beside the primary, over the same time. */
export interface CanaryReport {
  /** Index of the step that would end, in `steps`. */
  step: number;
  /** The canary's share of the traffic in this step, in (0, 1). */
  share: number;
  /** The share after it; 1: it would be promoted. */
  nextShare: number;
  /** Milliseconds since the step began. */
  stepAgeMs: number;
  /** Milliseconds that the two arms cover. */
  comparedMs: number;
  canary: CanaryArm;
  primary: CanaryArm;
}

/** What the host says of a step that could end: go on, stay in it, or give the version up. */
export type CanaryAnswer = 'advance' | 'wait' | 'abort';

/**
 * The host's own say. It is asked when a step's time is over and nothing speaks against the next one; again about a second after each
 * `'wait'`; and never twice at the same time. One that throws, rejects or answers anything else counts as `'wait'`, and is logged.
 */
export type CanaryGate = (report: CanaryReport) => CanaryAnswer | PromiseLike<CanaryAnswer>;

/** Options of a canary. All guards are always on; each compares with the primary over the same time. */
export interface CanaryOptions {
  /**
   * Shares of the traffic, one after the other: in (0, 1], each above the one before, the first below 1. A last step of 1 promotes the version;
   * without one it stays at its last share, with its guards on. @default [0.05, 0.25, 1]
   */
  steps?: readonly number[] | undefined;
  /**
   * Milliseconds that a step lasts at least; above 0. `Infinity`: it stays in its first step. Ten minutes show what comes with time: caches that fill,
   * memory that grows, a minute of high load. @default 600_000
   */
  stepMs?: number | undefined;
  /**
   * Requests of each version, the canary and the primary, in each of the three windows that a step needs at least; 1 to 1,000,000. The 95th percentile
   * of 200 requests has 10 beyond it, and so is known to within a tenth or two. @default 200
   */
  minRequests?: number | undefined;
  /**
   * The highest share of the canary's requests that may fail or expire, in [0, 1]. Aborted where its requests fail more often than that, and more
   * often than the primary's at the same time, so that a stalled process aborts no version. The certainty comes from a sequential test: 5 % failures
   * are found after about 600 requests and at least 20 failures, in three seconds or more that have some. Up to one and a half times the limit it is not
   * aborted, but waits in its step. @default 0.01
   */
  maxErrorRate?: number | undefined;
  /**
   * The highest ratio of the canary's 95th percentile of latency to the primary's; at least 1, `Infinity` for any. Aborted where it is higher in
   * three windows running, of at least a second and `minRequests` of each version. Percentiles less than half a millisecond apart count as equal.
   * @default 2
   */
  maxLatencyRatio?: number | undefined;
  /**
   * The largest difference between the share of requests that the canary blocks and the primary's, either way; above 0, at most 1 for any. Aborted
   * where the difference is larger by 4.5 standard errors; waits in its step until it is smaller by one. Few hosts block more than 2 or 3 % of their payments: two points more, or less, would
   * double that, or leave next to none. @default 0.02
   */
  maxBlockRateChange?: number | undefined;
  /** The host's own say. @default none */
  gate?: CanaryGate | undefined;
}
