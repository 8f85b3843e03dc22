/** What can abort a canary: one of its guards, or your own gate. */
export type CanaryGuard = 'maxErrorRate' | 'maxLatencyRatio' | 'maxBlockRateChange' | 'gate';

/** What one version did while the canary was compared. A rate is null if its denominator is 0. A percentile is null without samples. */
export interface CanaryArm {
  version: string;
  /** Requests that succeeded, failed or expired. */
  requests: number;
  /** (failed + expired) / `requests`, in [0, 1]. */
  errorRate: number | null;
  /** BLOCK decisions / all decisions, in [0, 1]. */
  blockRate: number | null;
  /** 95th percentile of the time from `score()` to the result, in ms. Counts answered requests only. */
  p95LatencyMs: number | null;
}

/** The argument of `gate`: the canary and the primary, measured over the same time. */
export interface CanaryReport {
  /** Index in `steps` of the step that is about to end. */
  step: number;
  /** The canary's share of the traffic in this step, in (0, 1). */
  share: number;
  /** The canary's share in the next step. 1 means that the canary would be promoted. */
  nextShare: number;
  /** Milliseconds since the step began. */
  stepAgeMs: number;
  /** How long both versions were measured, in milliseconds. */
  comparedMs: number;
  canary: CanaryArm;
  primary: CanaryArm;
}

/** The answer of your gate: start the next step, stay in this step, or abort the canary. */
export type CanaryAnswer = 'advance' | 'wait' | 'abort';

/**
 * Your own check at the end of a step. It is called when the time of a step is over and no guard objects to the next step. After `'wait'`
 * it is called again about one second later. There is never more than one call at a time. If it throws, rejects or returns anything else,
 * this counts as `'wait'` and is logged.
 */
export type CanaryGate = (report: CanaryReport) => CanaryAnswer | PromiseLike<CanaryAnswer>;

/** Options of a canary. All guards are always active. Each guard compares the canary with the primary over the same time. */
export interface CanaryOptions {
  /**
   * The canary's share of the traffic in each step, in (0, 1]. Each share is above the one before, and the first is below 1. If the last
   * share is 1, the version is promoted there. Otherwise it stays at its last share, and the guards stay active. @default [0.05, 0.25, 1]
   */
  steps?: readonly number[] | undefined;
  /**
   * Minimum duration of a step, in milliseconds; above 0. With `Infinity` the canary stays in its first step. Ten minutes are enough to see
   * effects that need time, such as filling caches, growing memory or a minute of high load. @default 600_000
   */
  stepMs?: number | undefined;
  /**
   * Minimum number of requests of each version (canary and primary) in a window. A step needs at least three such windows. 1 to 1,000,000.
   * Of 200 requests, 10 are beyond the 95th percentile, so that the percentile is accurate to about 10 to 20 %. @default 200
   */
  minRequests?: number | undefined;
  /**
   * The highest share of the canary's requests that may fail or expire, in [0, 1]. The canary is aborted if its requests fail more often
   * than this and also more often than the primary's at the same time. So a stalled process does not abort a canary. The decision uses a
   * sequential test: an error rate of 5 % is found after about 600 requests, with at least 20 failures in at least three different seconds.
   * Up to one and a half times the limit, the canary is not aborted, but waits in its step. @default 0.01
   */
  maxErrorRate?: number | undefined;
  /**
   * The highest allowed ratio of the canary's 95th percentile of latency to the primary's. At least 1; `Infinity` switches the guard off.
   * The canary is aborted if the ratio is higher in three windows in a row. Each window takes at least one second and has `minRequests` of
   * each version. Percentiles that differ by less than half a millisecond count as equal. @default 2
   */
  maxLatencyRatio?: number | undefined;
  /**
   * The largest allowed difference between the canary's block rate and the primary's, in either direction. Above 0; 1 switches the guard
   * off. The canary is aborted if the difference exceeds the limit by 4.5 standard errors. It waits in its step until the difference is one
   * standard error below the limit. Most payment systems block at most 2 or 3 % of their payments, so a change of two percentage points
   * would double the rate or bring it near 0. @default 0.02
   */
  maxBlockRateChange?: number | undefined;
  /** Your own check at the end of a step. @default none */
  gate?: CanaryGate | undefined;
}
