import { decide, riskLevel, roundPolicy } from '../../answering/policy.js';
import type { DecisionPolicy } from '../../api/policy.js';
import type { Decision } from '../../api/result.js';
import type { RecordedRow } from './batch.js';
import type { RowOutputs } from './batch-queue.js';

export type ReplayStatus = 'identical' | 'within tolerance' | 'different' | 'cannot be replayed';

/** What a decision came to when it was computed again. */
export interface Verdict {
  status: Exclude<ReplayStatus, 'cannot be replayed'>;
  /**
   * The largest of both scores' absolute differences and of the raw outputs', which are relative to the larger of both numbers where that is above 1;
   * infinite where one is no number.
   */
  difference: number;
  /** The same of attention, the largest of its weights; infinite where there are not as many. null where none was recorded. */
  attentionDifference: number | null;
  fraudProbability: number;
  riskScore: number;
  rawOutputs: ArrayLike<number>;
  /** By the recorded policy. */
  decision: Decision;
  /** Whether it is different because of its scores or attention: another machine or version may have computed them. */
  isByOutputs: boolean;
}

const rounded = new WeakMap<DecisionPolicy, DecisionPolicy>();

/** The policy as decisions compare with it. Recorded ones are as a rule rounded already. */
export function roundedPolicy(policy: DecisionPolicy): DecisionPolicy {
  const known = rounded.get(policy) ?? roundPolicy(policy);
  rounded.set(policy, known);
  return known;
}

/**
/**
 * Compares a recorded decision with what it came to again: scores and, where they were recorded, raw outputs and attention bit by bit, then the
 * decision by the recorded policy. Where the host decided, the numbers alone: its own code is not in the records.
 *
 * @param tolerance how far they may be apart, as `difference` says. A decision that differs is different, however near the scores are.
 */
export function verdictOf(row: RecordedRow, outputs: RowOutputs, tolerance: number): Verdict {
  const policy = roundedPolicy(row.policy);
  const { fraudProbability, riskScore, rawOutputs } = outputs;
  const decision = decide(fraudProbability, riskScore, policy);
  const difference = Math.max(
    distance(row.fraudProbability ?? Number.NaN, fraudProbability),
    distance(row.riskScore ?? Number.NaN, riskScore),
    row.rawOutputs === null ? 0 : rawDistance(row.rawOutputs, rawOutputs),
  );
  const attentionDifference = row.attention === null ? null : attentionDistance(row.attention, outputs.attention);
  const furthest = Math.max(difference, attentionDifference ?? 0);
  const isSame = row.decidedBy === 'host' || (decision === row.decision && levelIs(row, riskScore, policy));
  const status = !isSame || furthest > tolerance ? 'different' : furthest === 0 ? 'identical' : 'within tolerance';
  const isByOutputs = furthest > tolerance || (!isSame && difference > 0 && followsItsScores(row, policy));
  return { status, difference, attentionDifference, fraudProbability, riskScore, rawOutputs, decision, isByOutputs };
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

/** The largest of all columns. A logit or an anomaly score may be of any size. */
function rawDistance(recorded: readonly number[], seen: ArrayLike<number>): number {
  if (recorded.length !== seen.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [column, value] of recorded.entries()) {
    const other = seen[column] as number;
    // A class beside that of fraud may be no number: the probability is one all the same.
    if (Number.isNaN(value) && Number.isNaN(other)) continue;
    const apart = distance(value, other);
    largest = Math.max(largest, Number.isFinite(apart) ? apart / Math.max(1, Math.abs(value), Math.abs(other)) : apart);
  }
  return largest;
}

/** 0 where all bits are the same. 0 and −0 are told apart by the least difference there is. */
function distance(recorded: number, seen: number): number {
  if (Object.is(recorded, seen) && !Number.isNaN(seen)) return 0;
  const difference = Math.abs(recorded - seen);
  if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? Number.MIN_VALUE : difference;
}

/** @param recorded numbers of lines of JSON, where −0 has become 0, or float32. */
function attentionDistance(recorded: Float32Array | readonly number[], seen: Float32Array | null): number {
  if (seen === null || seen.length !== recorded.length) return Number.POSITIVE_INFINITY;
  const hasZeros = recorded instanceof Float32Array;
  let largest = 0;
  for (const [index, weight] of seen.entries()) {
    const was = recorded[index] as number;
    if (hasZeros || was !== weight) largest = Math.max(largest, distance(was, weight));
  }
  return largest;
}
