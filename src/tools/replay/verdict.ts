import { decide, riskLevel, roundPolicy } from '../../answering/policy.js';
import type { DecisionPolicy } from '../../api/policy.js';
import type { Decision } from '../../api/result.js';
import type { RecordedRow } from './batch.js';

export type ReplayStatus = 'identical' | 'within tolerance' | 'different' | 'cannot be replayed';

/** What a decision came to when it was computed again. */
export interface Verdict {
  status: Exclude<ReplayStatus, 'cannot be replayed'>;
  /** The larger of both scores' absolute differences; infinite where one is no number. */
  difference: number;
  fraudProbability: number;
  riskScore: number;
  /** By the recorded policy. */
  decision: Decision;
  /** Whether it is different because of its scores: another machine or version may have computed them. */
  isByScores: boolean;
}

const rounded = new WeakMap<DecisionPolicy, DecisionPolicy>();

/** The policy as decisions compare with it. Recorded ones are as a rule rounded already. */
export function roundedPolicy(policy: DecisionPolicy): DecisionPolicy {
  const known = rounded.get(policy) ?? roundPolicy(policy);
  rounded.set(policy, known);
  return known;
}

/**
 * Compares a recorded decision with what it came to again: scores bit by bit, then the decision by the recorded policy. Where the host decided,
 * the scores alone: its own code is not in the records.
 *
 * @param tolerance how far scores may be apart, absolute. A decision that differs is different, however near the scores are.
 */
export function verdictOf(
  row: RecordedRow,
  scores: { fraudProbability: number; riskScore: number },
  tolerance: number,
): Verdict {
  const policy = roundedPolicy(row.policy);
  const { fraudProbability, riskScore } = scores;
  const decision = decide(fraudProbability, riskScore, policy);
  const difference = Math.max(
    distance(row.fraudProbability ?? Number.NaN, fraudProbability),
    distance(row.riskScore ?? Number.NaN, riskScore),
  );
  const isSame = row.decidedBy === 'host' || (decision === row.decision && levelIs(row, riskScore, policy));
  const status = !isSame || difference > tolerance ? 'different' : difference === 0 ? 'identical' : 'within tolerance';
  const isByScores = difference > tolerance || (!isSame && difference > 0 && followsItsScores(row, policy));
  return { status, difference, fraudProbability, riskScore, decision, isByScores };
}

/** Whether the recorded decision is what the recorded policy makes of the recorded scores. */
function followsItsScores(row: RecordedRow, policy: DecisionPolicy): boolean {
  const { fraudProbability, riskScore } = row;
  if (fraudProbability === null || riskScore === null) return false;
  return decide(fraudProbability, riskScore, policy) === row.decision && levelIs(row, riskScore, policy);
}

function levelIs(row: RecordedRow, risk: number, policy: DecisionPolicy): boolean {
  return row.riskLevel === null || row.riskLevel === riskLevel(risk, policy);
}

/** 0 where all bits are the same. 0 and −0 are told apart by the least difference there is. */
function distance(recorded: number, seen: number): number {
  if (Object.is(recorded, seen) && !Number.isNaN(seen)) return 0;
  const difference = Math.abs(recorded - seen);
  if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? Number.MIN_VALUE : difference;
}
