import type { FraudScorerError } from '../errors.js';
import type { RequestSeen } from './request.js';
import type { Decision, ModelIdentity, RiskLevel } from './result.js';

/**
 * The thresholds of the decision, each in [0, 1]. BLOCK where probability > blockProbability or risk > blockRisk;
 * else REVIEW where probability > reviewProbability or risk > reviewRisk; else APPROVE. Compared as float32.
 */
export interface DecisionPolicy {
  /** @default 0.5 */
  reviewProbability: number;
  /** @default 0.8 */
  blockProbability: number;
  /** @default 0.5 */
  reviewRisk: number;
  /** @default 0.9 */
  blockRisk: number;
  /** Risk above this is MEDIUM. @default 0.3 */
  mediumRisk: number;
  /** Risk above this is HIGH. @default 0.7 */
  highRisk: number;
}

/**
 * What answers in the model's place: an error, a fixed decision, or a synchronous function of the request and the error.
 *
 * @typeParam Known the features of the requests, as of `FraudScorer`.
 */
export type Fallback<Known = unknown> =
  | 'throw'
  | Decision
  | ((request: RequestSeen<Known>, error: FraudScorerError) => Decision);

/** What the model says of a request, and what the policy makes of it, for the host's own rules. */
export interface DecisionScores {
  /** In [0, 1], float32. */
  readonly fraudProbability: number;
  /** In [0, 1], float32; the fraud probability where the model has no risk score of its own. */
  readonly riskScore: number;
  readonly riskLevel: RiskLevel;
  /** The policy's. */
  readonly decision: Decision;
  readonly model: ModelIdentity;
}

/**
 * The host's own say, for rules by amount or segment that thresholds cannot express. Synchronous; undefined leaves the decision to the
 * policy. So does a function that throws or returns anything else, and the log says so; `create` refuses an async function.
 *
 * @typeParam Known the features of the requests, as of `FraudScorer`.
 * @param request as it was passed to `score` or `scoreMany`.
 */
export type Decide<Known = unknown> = (scores: DecisionScores, request: RequestSeen<Known>) => Decision | undefined;
