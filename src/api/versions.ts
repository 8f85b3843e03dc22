import type { Decision } from './result.js';
import type { LatencySummary } from './summary.js';

/**
 * Why a request was not compared with a shadow's answer. `queueFull`: the shadow's queue was full. `pressure`: requests needed the room.
 * `notReadable`: a feature that the shadow needs is absent or of another type. `failed`: the shadow failed, died, hung or gave a score
 * outside [0, 1]. `late`: its answer came too late. `unpaired`: the model gave the request no answer to compare with.
 */
export type ShadowDropReason = 'queueFull' | 'pressure' | 'notReadable' | 'failed' | 'late' | 'unpaired' | 'retired';

/** What a shadow would have done. Nothing of it touches a request, or what is counted of requests. */
export interface ShadowSummary {
  /** Copies that were put in the shadow's queue. */
  copied: number;
  /** Sampled requests that were not compared, each counted once. */
  dropped: Record<ShadowDropReason, number>;
  /** `flips[primary][shadow]`: every compared request, by what each of the two decided; equal decisions too. */
  flips: Record<Decision, Record<Decision, number>>;
  /** The shadow's fraud probability minus the primary's, of compared requests. */
  scoreDifference: {
    /** Of the signed differences: above 0 where the shadow scores higher. In [-1, 1]; null without a sample. */
    mean: number | null;
    /** 95th percentile of the absolute differences, to within 1 % or 0.000001. In [0, 1]; null without a sample. */
    p95: number | null;
  };
  /**
   * Population stability index of the shadow's scores against the primary's, in bins by deciles of the primary's. At least 0; by habit, 0.1
   * and more is looked into, and 0.25 and more is a shift. A few hundred samples alone can make 0.1. null without a sample.
   */
  psi: number | null;
  /** Of the shadow's own answers. */
  latencyMs: LatencySummary;
}

/** How far a canary has come. */
export interface CanarySummary {
  /** `waiting`: the time of its step is over, but it can't advance yet; the reason says why. */
  state: 'running' | 'waiting' | 'promoted' | 'aborted';
  /** Index of its step in `steps`. */
  step: number;
  /** Its share of the traffic, in [0, 1]: 0 once it is aborted, and 1 once it is promoted. */
  share: number;
  /** Why it waits, or was aborted; null where there is nothing to say. */
  reason: string | null;
}

/** How a rate of a version differs from the primary's. */
export interface RateDifference {
  /** The version's rate minus the primary's, in [-1, 1]. */
  difference: number;
  /** Lower end of its confidence interval, in [-1, 1]. */
  low: number;
  /** Upper end, in [-1, 1]. */
  high: number;
  /** Whether 0 is outside of the interval: the versions differ. */
  distinguishable: boolean;
}

/**
 * A version compared with the primary, in 95 % confidence sequences: all three intervals hold at the same time, however often one looks.
 */
export interface ComparisonSummary {
  /** Share of BLOCK among the answers. */
  block: RateDifference;
  /** Share of REVIEW among the answers. */
  review: RateDifference;
  /** Share of requests that failed. */
  error: RateDifference;
}
