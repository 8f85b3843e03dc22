import { softmaxOfTwo } from '../../src/protocol/outputs.js';
import type { ModelOutputs } from '../thread/model-session.js';

/** What a model said of one row. */
export interface RowScores {
  /** As the host would read it: of logits the second column of their softmax. */
  fraudProbability: number;
  /** null where the model has no such output. */
  riskScore: number | null;
  logits: readonly [number, number] | null;
}

/** The fraud probability of a row. NaN unless both logits are finite, as a model that overflowed has said nothing. */
export function fraudProbabilityOf({ logits, probability }: ModelOutputs, row: number): number {
  if (logits === null) return probability?.[row] ?? Number.NaN;
  return softmaxOfTwo(logits[row * 2] ?? Number.NaN, logits[row * 2 + 1] ?? Number.NaN);
}

export function rowScoresOf(outputs: ModelOutputs, rows: number): RowScores[] {
  const { logits, riskScore } = outputs;
  return Array.from({ length: rows }, (_, row) => ({
    fraudProbability: fraudProbabilityOf(outputs, row),
    riskScore: riskScore === null ? null : (riskScore[row] ?? Number.NaN),
    logits: logits === null ? null : [logits[row * 2] ?? Number.NaN, logits[row * 2 + 1] ?? Number.NaN],
  }));
}

/** How far what was said of a row is from what was said of it another time. */
export interface RowDifference {
  /** Absolute. */
  probability: number;
  /** Absolute; 0 where there is none. */
  riskScore: number;
  /** |a − b| / max(1, |a|, |b|), the larger of both columns; 0 where there are none. */
  logits: number;
}

export function differenceOf(a: RowScores, b: RowScores): RowDifference {
  const logits = [0, 1].map((column) => relativeDistance(a.logits?.[column] ?? 0, b.logits?.[column] ?? 0));
  return {
    probability: distance(a.fraudProbability, b.fraudProbability),
    riskScore: distance(a.riskScore ?? 0, b.riskScore ?? 0),
    logits: Math.max(...logits),
  };
}

/** Infinite where only one of both is a finite number. */
function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function relativeDistance(a: number, b: number): number {
  const difference = distance(a, b);
  return Number.isFinite(difference) ? difference / Math.max(1, Math.abs(a), Math.abs(b)) : difference;
}

/** A score or logit with three digits, for messages. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
