import type { DecisionPolicy } from '../api/policy.js';
import type { Decision, RiskLevel } from '../api/result.js';
import { InvalidOptionsError } from '../errors.js';
import { FieldReader } from '../validation/field-reader.js';

/** The thresholds that neither the manifest nor the options set. */
export const defaultPolicy: Readonly<DecisionPolicy> = {
  reviewProbability: 0.5,
  blockProbability: 0.8,
  reviewRisk: 0.5,
  blockRisk: 0.9,
  mediumRisk: 0.3,
  highRisk: 0.7,
};

/** The names of all thresholds. */
export const thresholdNames = [
  'reviewProbability',
  'blockProbability',
  'reviewRisk',
  'blockRisk',
  'mediumRisk',
  'highRisk',
] as const satisfies readonly (keyof DecisionPolicy)[];

/**
 * Reads a partial policy. Fields that are absent stay absent.
 *
 * @param reader the reader of the partial policy. It collects the issues.
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

/** @throws {InvalidOptionsError} if a threshold is unknown or outside [0, 1]. */
export function parsePolicyPatch(patch: unknown): Partial<DecisionPolicy> {
  if (patch === undefined) {
    throw new InvalidOptionsError([{ path: 'policy', expected: 'an object of thresholds', received: 'nothing' }]);
  }
  const reader = new FieldReader(patch, 'policy');
  const thresholds = readPolicyPatch(reader);
  reader.throwIfInvalid();
  return thresholds;
}

/** Rounds the thresholds to float32, because the scores are float32. */
export function roundPolicy(policy: DecisionPolicy): DecisionPolicy {
  const rounded = { ...policy };
  for (const name of thresholdNames) rounded[name] = Math.fround(policy[name]);
  return rounded;
}

/** Pairs of thresholds. If the first is above the second, `effect` happens. */
const ordered = [
  ['reviewProbability', 'blockProbability', 'no transaction is reviewed for its fraud probability'],
  ['reviewRisk', 'blockRisk', 'no transaction is reviewed for its risk score'],
  ['mediumRisk', 'highRisk', 'no risk level is MEDIUM'],
] as const satisfies readonly (readonly [keyof DecisionPolicy, keyof DecisionPolicy, string])[];

/** Describes thresholds that are allowed but probably a mistake: they have no effect, because the more severe threshold is below them. */
export function policyNotes(policy: DecisionPolicy): string[] {
  return ordered
    .filter(([lower, upper]) => policy[lower] > policy[upper])
    .map(
      ([lower, upper, effect]) =>
        `The policy's ${lower} (${policy[lower]}) is above its ${upper} (${policy[upper]}): ${effect}. Lower ${lower}, or raise ${upper}`,
    );
}

/** The more severe rule wins. The scores and the thresholds are float32. */
export function decide(fraudProbability: number, riskScore: number, policy: DecisionPolicy): Decision {
  if (fraudProbability > policy.blockProbability || riskScore > policy.blockRisk) return 'BLOCK';
  if (fraudProbability > policy.reviewProbability || riskScore > policy.reviewRisk) return 'REVIEW';
  return 'APPROVE';
}

export function riskLevel(riskScore: number, policy: DecisionPolicy): RiskLevel {
  if (riskScore > policy.highRisk) return 'HIGH';
  return riskScore > policy.mediumRisk ? 'MEDIUM' : 'LOW';
}
