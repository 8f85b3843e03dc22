import type { Decision } from './result.js';
import type { LatencySummary } from './summary.js';

/**
 * Why a request was not compared with a shadow's answer. `queueFull`: the shadow's queue was full. `pressure`: the memory was needed for
 * requests. `notReadable`: a feature that the shadow needs is absent or of another type. `failed`: the shadow failed, died, hung or gave a
 * score outside [0, 1]. `late`: the shadow's answer came too late. `unpaired`: the model did not answer the request, so there was nothing
 * to compare with.
 */
export type ShadowDropReason = 'queueFull' | 'pressure' | 'notReadable' | 'failed' | 'late' | 'unpaired' | 'retired';

/** What a shadow would have decided. A shadow never affects requests or the counts of requests. */
export interface ShadowSummary {
  /** Copies that were put in the shadow's queue. */
  copied: number;
  /** Sampled requests that were not compared, by reason. Each counts once. */
  dropped: Record<ShadowDropReason, number>;
  /** `flips[primary][shadow]`: the compared requests by both decisions. Equal decisions count too. */
  flips: Record<Decision, Record<Decision, number>>;
  /** The shadow's fraud probability minus the primary's, over the compared requests. */
  scoreDifference: {
    /** Mean of the signed differences, in [-1, 1]. Above 0 if the shadow scores higher. null without samples. */
    mean: number | null;
    /** 95th percentile of the absolute differences, in [0, 1]. Accurate to 1 % or 0.000001. null without samples. */
    p95: number | null;
  };
  /**
   * Population stability index of the shadow's scores against the primary's. The bins are the deciles of the primary's scores. At least 0;
   * null without samples. By convention, 0.1 or more deserves a look, and 0.25 or more is a shift. With a few hundred samples, chance alone
   * can cause 0.1.
   */
  psi: number | null;
  /** Latency of the shadow's own answers. */
  latencyMs: LatencySummary;
}

/** The progress of a canary. */
export interface CanarySummary {
  /** `waiting`: the time of the step is over, but the next step cannot start yet. `reason` says why. */
  state: 'running' | 'waiting' | 'promoted' | 'aborted';
  /** Index of the current step in `steps`. */
  step: number;
  /** The canary's share of the traffic, in [0, 1]: 0 after it was aborted, 1 after it was promoted. */
  share: number;
  /** Why the canary waits or was aborted; null if there is nothing to say. */
  reason: string | null;
}

/** The difference between a version's rate and the primary's. */
export interface RateDifference {
  /** The version's rate minus the primary's, in [-1, 1]. */
  difference: number;
  /** Lower bound of the confidence interval, in [-1, 1]. */
  low: number;
  /** Upper bound of the confidence interval, in [-1, 1]. */
  high: number;
  /** Whether 0 is outside the interval. Then the versions differ. */
  distinguishable: boolean;
}

/**
 * A version compared with the primary, in 95 % confidence sequences. All three intervals hold at the same time, however often you look at
 * them.
 */
export interface ComparisonSummary {
  /** BLOCK decisions / answers. */
  block: RateDifference;
  /** REVIEW decisions / answers. */
  review: RateDifference;
  /** Failed requests / requests. */
  error: RateDifference;
}
