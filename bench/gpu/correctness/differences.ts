import type { ColumnScores, DecisionPolicy } from 'fraud-scorer';

/** How far scores may be from those of the CPU, and a score from a threshold for the decision to be either. */
export const tolerance = 1e-4;

type Thresholds = Pick<DecisionPolicy, 'reviewProbability' | 'blockProbability' | 'reviewRisk' | 'blockRisk'>;

/** How two lots of scores of the same rows differ. */
export interface Differences {
  rows: number;
  /** The largest, of either score. */
  largest: number;
  /** Rows whose decisions differ. */
  decisions: number;
  /** Of those, the ones with no score within the tolerance of a threshold. */
  unexplained: number;
  /** Rows by the expected decision: what differs in none of them proves little where nearly all are one. */
  approved: number;
  reviewed: number;
  blocked: number;
}

/** Scores of rows, without the model that gave them. */
export type RowScores = Omit<ColumnScores, 'model'>;

/**
 * @param allowed how far a score may be from a threshold for the decision to be either.
 * @throws {RangeError} where they are not of as many rows.
 */
export function differencesOf(
  expected: RowScores,
  received: RowScores,
  policy: Thresholds,
  allowed = tolerance,
): Differences {
  const rows = expected.decision.length;
  if (received.decision.length !== rows) {
    throw new RangeError(`received: expected the scores of ${rows} rows, received ${received.decision.length}`);
  }
  const found: Differences = { rows, largest: 0, decisions: 0, unexplained: 0, approved: 0, reviewed: 0, blocked: 0 };
  for (let row = 0; row < rows; row += 1) {
    const scores = [expected.fraudProbability[row], expected.riskScore[row]].map((score) => score ?? Number.NaN);
    const [probability = Number.NaN, risk = Number.NaN] = scores;
    const differences = [
      Math.abs(probability - (received.fraudProbability[row] ?? Number.NaN)),
      Math.abs(risk - (received.riskScore[row] ?? Number.NaN)),
    ];
    // What is no number on one side alone is as different as can be.
    for (const difference of differences) {
      found.largest = Math.max(found.largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
    const decision = expected.decision[row];
    found[decision === 0 ? 'approved' : decision === 1 ? 'reviewed' : 'blocked'] += 1;
    if (decision === received.decision[row]) continue;
    found.decisions += 1;
    if (!isNearThreshold(probability, risk, policy, allowed)) found.unexplained += 1;
  }
  return found;
}

/** Whether a score is so close to a threshold that rounding decides. */
export function isNearThreshold(probability: number, risk: number, policy: Thresholds, allowed = tolerance): boolean {
  const isNear = (score: number, threshold: number): boolean => Math.abs(score - threshold) <= allowed;
  return (
    isNear(probability, policy.reviewProbability) ||
    isNear(probability, policy.blockProbability) ||
    isNear(risk, policy.reviewRisk) ||
    isNear(risk, policy.blockRisk)
  );
}
