import type { Health } from './health.js';
import type { FeatureMap, FeatureMapOf, ManyRequestsFor, RequestFor, ScoreOptions } from './request.js';
import type { ScoreOutcome, ScoreResult } from './result.js';
import type { Summary } from './summary.js';

/** Options of `close`. */
export interface CloseOptions {
  /**
   * Milliseconds to wait for requests that were taken in. Those that are left are rejected with `ERR_CLOSED`. At least 0. @default 10_000
   */
  timeoutMs?: number | undefined;
}

/** The result of `close`. */
export interface CloseReport {
  /** Requests that were rejected with `ERR_CLOSED` because the timeout was over. */
  abandoned: number;
  summary: Summary;
}

/**
 * The part of a scorer that most hosts need. `FraudScorer` implements it. Declare your services and tests with this type, so that they also
 * accept a test double. The class `FraudScorer` has private fields, so no other class fits its type.
 *
 * @typeParam Known the type of the requests' features; any features if left out.
 */
export interface Scorer<Known = unknown> {
  /** Scores one transaction. Rejects with a `FraudScorerError`. Never throws synchronously. */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  /** Scores a list or a stream of transactions. Resolves with the outcome of each, in the same order. */
  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequestsFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  /** Whether this scorer can answer. Made for a health endpoint. */
  health(): Health;
  /** Refuses new requests, answers the requests that were taken in, and frees all resources. */
  close(options?: CloseOptions): Promise<CloseReport>;
}
