import type { FraudScorerError } from '../errors.js';
import type { ScoreRequest } from './request.js';
import type { Decision } from './result.js';

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

/** What answers in the model's place: an error, a fixed decision, or a synchronous function of the request and the error. */
export type Fallback = 'throw' | Decision | ((request: ScoreRequest, error: FraudScorerError) => Decision);
