import type { CloseReport, Health, ScoreOptions, ScoreOutcome, ScoreResult } from '../types.js';
import type { FeatureMap, FeatureMapOf, ManyRequests, RequestOf } from './request.js';

/** Options of `close`. */
export interface CloseOptions {
  /** Milliseconds to wait for requests that were taken in; the rest is rejected with `ERR_CLOSED`. At least 0. @default 10_000 */
  timeoutMs?: number | undefined;
}

/**
 * What a host needs of a scorer. `FraudScorer` implements it. Declare your own services and tests with it, so that a stand-in fits too:
 * a class with private fields, such as `FraudScorer`, takes no other class in its place.
 */
export interface Scorer {
  /** Scores one transaction. Rejects with a `FraudScorerError`, and never throws. */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestOf<Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  /** Scores a list or a stream of transactions. Resolves with what became of each, in their order. */
  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequests<Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  /** Whether this scorer can answer, for a health endpoint. */
  health(): Health;
  /** Refuses new requests, answers those that were taken in, and frees what the scorer holds. */
  close(options?: CloseOptions): Promise<CloseReport>;
}
