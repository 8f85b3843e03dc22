import { decide, riskLevel } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { Explain } from '../api/request.js';
import type { Decision, FallbackResult, ModelIdentity, ModelResult, Reason, Timing } from '../api/result.js';
import type { ErrorCode } from '../errors.js';
import type { Manifest } from '../models/manifest.js';
import { featureNames } from '../protocol/feature-names.js';
import type { Answer } from './answer.js';

/** What a result is made by, beside the answer. */
export interface ResultBasis {
  manifest: Manifest;
  model: ModelIdentity;
  policy: DecisionPolicy;
  explain: Explain;
}

interface Scores {
  fraudProbability: number;
  riskScore: number;
}

/** Makes the result of a model that gave this answer, with its fields in the order that real ones have. */
export function modelResult(answer: Answer, basis: ResultBasis, id: string | undefined, timing: Timing): ModelResult {
  const { manifest, model, policy, explain } = basis;
  const { fraudProbability, riskScore } = scoresOf(answer, policy);
  const byPolicy = decide(fraudProbability, riskScore, policy);
  const decision = answer.decision ?? byPolicy;
  const attention = answer.attention ?? (manifest.outputs.attention === undefined ? undefined : [1]);
  const result: ModelResult = {
    source: 'model',
    ...(id === undefined ? {} : { id }),
    decision,
    decidedBy: decision === byPolicy ? 'policy' : 'host',
    fraudProbability,
    riskScore,
    riskLevel: riskLevel(riskScore, policy),
    ...(attention === undefined ? {} : { attention: [...attention] }),
    model,
    provider: 'cpu',
    timing,
  };
  if (wantsReasons(explain, decision)) {
    result.reasons = (answer.reasons ?? reasonsFrom(manifest, decision)).map((reason) => ({ ...reason }));
  }
  return result;
}

export function fallbackResult(
  decision: Decision,
  error: ErrorCode,
  id: string | undefined,
  totalMs: number,
): FallbackResult {
  return {
    source: 'fallback',
    decision,
    error,
    timing: { totalMs },
    fraudProbability: null,
    riskScore: null,
    riskLevel: null,
    ...(id === undefined ? {} : { id }),
  };
}

function scoresOf({ decision, fraudProbability, riskScore }: Answer, policy: DecisionPolicy): Scores {
  const given = fraudProbability ?? riskScore;
  if (given !== undefined) {
    return { fraudProbability: Math.fround(given), riskScore: Math.fround(riskScore ?? given) };
  }
  // Both the same, as of a model without a risk score of its own.
  const score = Math.fround(scoreFor(decision ?? 'APPROVE', policy));
  return { fraudProbability: score, riskScore: score };
}

/** A score that the policy decides so: in the middle of the range, where there is one. */
function scoreFor(
  decision: Decision,
  { reviewProbability, blockProbability, reviewRisk, blockRisk }: DecisionPolicy,
): number {
  const reviewAbove = Math.min(reviewProbability, reviewRisk);
  const blockAbove = Math.min(blockProbability, blockRisk);
  if (decision === 'APPROVE') return Math.min(reviewAbove, blockAbove) / 10;
  if (decision === 'REVIEW') return (reviewAbove + Math.max(blockAbove, reviewAbove)) / 2;
  return (Math.max(blockProbability, blockRisk) + 1) / 2;
}

function wantsReasons(explain: Explain, decision: Decision): boolean {
  if (typeof explain === 'boolean') return explain;
  return decision === 'BLOCK' || (decision === 'REVIEW' && explain === 'review');
}

/** The strongest first. What speaks for the decision is the strongest. */
function reasonsFrom({ inputs }: Manifest, decision: Decision): Reason[] {
  const sign = decision === 'APPROVE' ? -1 : 1;
  return featureNames(inputs)
    .slice(0, 2)
    .map(({ input, feature, description }, index) => {
      const contribution = index === 0 ? 1.5 * sign : -0.5 * sign;
      const direction = contribution > 0 ? 'raises' : 'lowers';
      return { input, feature, ...(description === undefined ? {} : { description }), contribution, direction };
    });
}
