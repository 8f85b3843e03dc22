import type { DecisionPolicy } from '../api/policy.js';
import type { ModelResult, Reason } from '../api/result.js';
import type { Contribution, ExplainTask } from '../protocol/serving.js';
import { decide } from './policy.js';

/** The name of a feature, by its column in the row. */
export interface FeatureName {
  input: string;
  feature: string;
  description: string | undefined;
}

interface DescribedInput {
  name: string;
  size: number;
  features?: string[];
  descriptions?: string[];
}

/** The features of a row, in order. A feature without a name is named by its position. */
export function featureNames(inputs: readonly DescribedInput[]): FeatureName[] {
  return inputs.flatMap(({ name, size, features, descriptions }) =>
    Array.from({ length: size }, (_, index) => ({
      input: name,
      feature: features?.[index] ?? `${name}[${index}]`,
      description: descriptions?.[index],
    })),
  );
}

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
