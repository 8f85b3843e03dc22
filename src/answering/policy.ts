import type { DecisionPolicy } from '../api/policy.js';
import type { Decision, RiskLevel } from '../api/result.js';
import { InvalidOptionsError } from '../errors.js';
import { FieldReader } from '../validation/field-reader.js';

/** The thresholds where neither the manifest nor the options say otherwise. */
export const defaultPolicy: Readonly<DecisionPolicy> = {
  reviewProbability: 0.5,
  blockProbability: 0.8,
  reviewRisk: 0.5,
  blockRisk: 0.9,
  mediumRisk: 0.3,
  highRisk: 0.7,
};

const thresholdNames = [
  'reviewProbability',
  'blockProbability',
  'reviewRisk',
  'blockRisk',
  'mediumRisk',
  'highRisk',
] as const satisfies readonly (keyof DecisionPolicy)[];

/**
 * Reads a patch of thresholds; fields it does not name are left out.
 *
 * @param reader where the patch is; issues are collected there.
 */
export function readPolicyPatch(reader: FieldReader): Partial<DecisionPolicy> {
  const patch: Partial<DecisionPolicy> = {};
  for (const name of thresholdNames) {
    const threshold = reader.number(name, Number.NaN, { min: 0, max: 1 });
    if (!Number.isNaN(threshold)) patch[name] = threshold;
  }
  reader.rejectUnknown();
  return patch;
}

/** @throws {InvalidOptionsError} where the patch names an unknown threshold or one outside [0, 1]. */
export function parsePolicyPatch(patch: unknown): Partial<DecisionPolicy> {
  if (patch === undefined) {
    throw new InvalidOptionsError([{ path: 'policy', expected: 'an object of thresholds', received: 'nothing' }]);
  }
  const reader = new FieldReader(patch, 'policy');
  const thresholds = readPolicyPatch(reader);
  reader.throwIfInvalid();
  return thresholds;
}

/** Thresholds rounded to float32, as the scores they are compared with are. */
export function roundPolicy(policy: DecisionPolicy): DecisionPolicy {
  const rounded = { ...policy };
  for (const name of thresholdNames) rounded[name] = Math.fround(policy[name]);
  return rounded;
}

/** Thresholds of which the first should not be above the second, and what comes of it where it is. */
const ordered = [
  ['reviewProbability', 'blockProbability', 'no transaction is reviewed for its fraud probability'],
  ['reviewRisk', 'blockRisk', 'no transaction is reviewed for its risk score'],
  ['mediumRisk', 'highRisk', 'no risk level is MEDIUM'],
] as const satisfies readonly (readonly [keyof DecisionPolicy, keyof DecisionPolicy, string])[];

/** What is allowed but most likely a mistake: a threshold that has no effect, because the more severe one is below it. */
export function policyNotes(policy: DecisionPolicy): string[] {
  return ordered
    .filter(([lower, upper]) => policy[lower] > policy[upper])
    .map(
      ([lower, upper, effect]) =>
        `The policy's ${lower} (${policy[lower]}) is above its ${upper} (${policy[upper]}): ${effect}. Lower ${lower}, or raise ${upper}`,
    );
}

/** The more severe rule wins. Both scores and the policy's thresholds are float32. */
export function decide(fraudProbability: number, riskScore: number, policy: DecisionPolicy): Decision {
  if (fraudProbability > policy.blockProbability || riskScore > policy.blockRisk) return 'BLOCK';
  if (fraudProbability > policy.reviewProbability || riskScore > policy.reviewRisk) return 'REVIEW';
  return 'APPROVE';
}

export function riskLevel(riskScore: number, policy: DecisionPolicy): RiskLevel {
  if (riskScore > policy.highRisk) return 'HIGH';
  return riskScore > policy.mediumRisk ? 'MEDIUM' : 'LOW';
}
