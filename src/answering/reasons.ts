import type { DecisionPolicy } from '../api/policy.js';
import type { ModelResult, Reason } from '../api/result.js';
import type { FeatureName } from '../protocol/feature-names.js';
import type { Contribution, ExplainTask } from '../protocol/serving.js';
import { decide } from './policy.js';

/**
 * The score that caused the policy's decision: the risk if only the risk was above its threshold, else the fraud probability. If the host
 * decided, it is the score that would have caused the policy's decision.
 */
export function decidingScore(
  result: Pick<ModelResult, 'fraudProbability' | 'riskScore'>,
  policy: DecisionPolicy,
): ExplainTask['of'] {
  const { fraudProbability, riskScore } = result;
  const decision = decide(fraudProbability, riskScore, policy);
  if (decision === 'BLOCK') return fraudProbability > policy.blockProbability ? 'probability' : 'risk';
  if (decision === 'REVIEW') return fraudProbability > policy.reviewProbability ? 'probability' : 'risk';
  return 'probability';
}

export function reasonsOf(contributions: readonly Contribution[], names: readonly FeatureName[]): Reason[] {
  return contributions.flatMap(({ column, contribution }) => {
    const name = names[column];
    if (name === undefined) return [];
    const { input, feature, description } = name;
    const direction = contribution > 0 ? 'raises' : 'lowers';
    return [{ input, feature, ...(description === undefined ? {} : { description }), contribution, direction }];
  });
}
