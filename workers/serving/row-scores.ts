import type { ModelOutputs } from '../thread/model-session.js';

/** A model's scores for one row. */
export interface RowScores {
  fraudProbability: number;
  /** null if the model has no such output. */
  riskScore: number | null;
  /** The graph's raw output behind the probability: one value for each class, or a single value. */
  raw: readonly number[];
}

export function rowScoresOf({ probability, riskScore, raw }: ModelOutputs, rows: number): RowScores[] {
  const columns = raw.length / rows;
  return Array.from({ length: rows }, (_, row) => ({
    // The values as the host reads them.
    fraudProbability: Math.fround(probability[row] ?? Number.NaN),
    riskScore: riskScore === null ? null : (riskScore[row] ?? Number.NaN),
    raw: [...raw.subarray(row * columns, (row + 1) * columns)],
  }));
}

/** How far the scores of a row differ between two runs. */
export interface RowDifference {
  /** Absolute difference. */
  probability: number;
  /** Absolute difference; 0 if there is no risk score. */
  riskScore: number;
  /** |a − b| / max(1, |a|, |b|), the largest of all columns. */
  raw: number;
}

export function differenceOf(a: RowScores, b: RowScores): RowDifference {
  const raw = a.raw.map((value, column) => relativeDistance(value, b.raw[column] ?? 0));
  return {
    probability: distance(a.fraudProbability, b.fraudProbability),
    riskScore: distance(a.riskScore ?? 0, b.riskScore ?? 0),
    raw: Math.max(...raw),
  };
}

/** Infinite if only one of the two is a finite number. */
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
