import type { DeploymentEvent } from '../api/events.js';
import type { Outcome } from '../api/outcome.js';
import type { ColumnsOptions, ScoreOptions, ScoreRequest } from '../api/request.js';
import type { ColumnScores, ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';

/** A request that a fake was sent, by `score` or as one of `scoreMany`. */
export interface FakeCall {
  readonly method: 'score' | 'scoreMany';
  /** As it was passed, not a copy. */
  readonly request: ScoreRequest;
  readonly options: ScoreOptions;
  /** What it was answered with; null while it waits, and where it failed. */
  readonly result: ScoreResult | null;
  /** What its caller was rejected with; null while it waits, and where it was answered. */
  readonly error: FraudScorerError | null;
}

/** A call that is still to be settled. */
export type OpenCall = { -readonly [Field in keyof FakeCall]: FakeCall[Field] };

/** A call of `scoreColumns` that a fake was sent. */
export interface FakeColumnsCall {
  /** As they were passed, not a copy. */
  readonly columns: object;
  readonly rows: number;
  readonly options: ColumnsOptions;
  /** What it was answered with; null while it waits, and where it failed. */
  readonly result: ColumnScores | null;
  /** What its caller was rejected with; null while it waits, and where it was answered. */
  readonly error: FraudScorerError | null;
}

/** A call that is still to be settled. */
export type OpenColumnsCall = { -readonly [Field in keyof FakeColumnsCall]: FakeColumnsCall[Field] };

/** A label that a fake was told. */
export interface FakeOutcome {
  readonly outcome: Outcome;
  /** What `recordOutcome` returned. */
  readonly matched: boolean;
}

/** Code of the host that a scorer calls, and that failed: a real scorer logs it. */
export interface HostFailure {
  /** `fallback`, or the event whose listener it was. */
  readonly where: string;
  /** What was thrown, or what a promise was rejected with. Of a fallback, the reason in words. */
  readonly error: unknown;
}

/** What a canary of a fake broke; what is left out is made up. */
export type FakeBreach = Partial<Pick<DeploymentEvent, 'guard' | 'seen' | 'allowed' | 'reason'>>;
