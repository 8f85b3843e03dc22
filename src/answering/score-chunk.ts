import type { DecisionPolicy } from '../api/policy.js';
import type { ColumnScores } from '../api/result.js';
import { InferenceError } from '../errors.js';
import type { DecisionCounts } from '../monitoring/counts.js';
import { isProbability } from '../protocol/outputs.js';
import { decide, riskLevel } from './policy.js';

/**
 * Turns a chunk's outputs into scores and decisions (0 APPROVE, 1 REVIEW, 2 BLOCK).
 *
 * @param outputs the worker's outputs: probability [rows], then risk [rows].
 * @param policy rounded to float32.
 * @param scores receives the chunk's scores, starting at `row`.
 * @param counts the number of rows of each decision is added here.
 * @throws {InferenceError} if an output is not a probability. A score that is not a number must never become a decision.
 */
export function scoreChunk(
  outputs: Float32Array,
  rows: number,
  policy: DecisionPolicy,
  scores: ColumnScores,
  row: number,
  counts: DecisionCounts,
): void {
  const { fraudProbability, riskScore, decision: codes } = scores;
  let approved = 0;
  let reviewed = 0;
  let blocked = 0;
  let highRisk = 0;
  for (let index = 0; index < rows; index += 1) {
    const probability = outputs[index] as number;
    const risk = outputs[rows + index] as number;
    if (!isProbability(probability) || !isProbability(risk)) {
      const outOfRange = isProbability(probability) ? 'riskScore' : 'fraudProbability';
      const message = "The model's scores for a row: expected numbers in [0, 1], received something else";
      throw new InferenceError(message, { outOfRange });
    }
    const decision = decide(probability, risk, policy);
    // No lookup in a table of names here: it took longer than the rest of this loop.
    if (decision === 'APPROVE') {
      approved += 1;
      codes[row + index] = 0;
    } else if (decision === 'REVIEW') {
      reviewed += 1;
      codes[row + index] = 1;
    } else {
      blocked += 1;
      codes[row + index] = 2;
    }
    if (riskLevel(risk, policy) === 'HIGH') highRisk += 1;
    fraudProbability[row + index] = probability;
    riskScore[row + index] = risk;
  }
  // Add the counts only at the end: a chunk that fails half-way is scored again and must not count twice.
  counts.APPROVE += approved;
  counts.REVIEW += reviewed;
  counts.BLOCK += blocked;
  counts.highRisk += highRisk;
}
