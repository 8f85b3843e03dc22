import type { FraudScorerError } from '../errors.js';
import type { RequestSeen } from './request.js';
import type { Decision, ModelIdentity, RiskLevel } from './result.js';

/**
 * The thresholds of the decision, each in [0, 1], compared as float32. BLOCK if probability > blockProbability or risk > blockRisk. Else
 * REVIEW if probability > reviewProbability or risk > reviewRisk. Else APPROVE.
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
  /** A risk above this is MEDIUM. @default 0.3 */
  mediumRisk: number;
  /** A risk above this is HIGH. @default 0.7 */
  highRisk: number;
}

/**
 * What answers in place of the model: an error, a fixed decision, or a synchronous function of the request and the error.
 *
 * @typeParam Known the type of the request's features. It is the type parameter of `FraudScorer`.
 */
export type Fallback<Known = unknown> =
  | 'throw'
  | Decision
  | ((request: RequestSeen<Known>, error: FraudScorerError) => Decision);

/** The model's scores of a request and the policy's decision. The argument of `decide`. */
export interface DecisionScores {
  /** In [0, 1], float32. */
  readonly fraudProbability: number;
  /** In [0, 1], float32. It is the fraud probability if the model has no risk score. */
  readonly riskScore: number;
  readonly riskLevel: RiskLevel;
  /** The policy's decision. */
  readonly decision: Decision;
  readonly model: ModelIdentity;
}

/**
 * Your own rule for the decision, for example by amount or segment, which thresholds cannot express. It must be synchronous. If it returns
 * undefined, the policy decides. If it throws or returns anything else, the policy decides too, and this is logged. `create` refuses an
 * async function.
 *
 * @typeParam Known the type of the request's features. It is the type parameter of `FraudScorer`.
 * @param request the request that was passed to `score` or `scoreMany`.
 */
export type Decide<Known = unknown> = (scores: DecisionScores, request: RequestSeen<Known>) => Decision | undefined;
