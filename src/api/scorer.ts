import type { Health } from './health.js';
import type { FeatureMap, FeatureMapOf, ManyRequestsFor, RequestFor, ScoreOptions } from './request.js';
import type { ScoreOutcome, ScoreResult } from './result.js';
import type { Summary } from './summary.js';

/** Options of `close`. */
export interface CloseOptions {
  /** Milliseconds to wait for requests that were taken in; the rest is rejected with `ERR_CLOSED`. At least 0. @default 10_000 */
  timeoutMs?: number | undefined;
}

/** What `close` had to give up, and the last summary. */
export interface CloseReport {
  /** Requests that were cut off by the timeout, each rejected with `ERR_CLOSED`. */
  abandoned: number;
  summary: Summary;
}

/**
 * What a host needs of a scorer, with the type of its requests' features; of any, where it is left out. `FraudScorer` implements it. Declare your own services and tests with it, so that a stand-in fits too:
 * a class with private fields, such as `FraudScorer`, takes no other class in its place.
 */
export interface Scorer<Known = unknown> {
  /** Scores one transaction. Rejects with a `FraudScorerError`, and never throws. */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  /** Scores a list or a stream of transactions. Resolves with what became of each, in their order. */
  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequestsFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  /** Whether this scorer can answer, for a health endpoint. */
  health(): Health;
  /** Refuses new requests, answers those that were taken in, and frees what the scorer holds. */
  close(options?: CloseOptions): Promise<CloseReport>;
}
