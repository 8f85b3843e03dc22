import type { ModelOutputs } from '../thread/model-session.js';

/** What a model said of one row. */
export interface RowScores {
  fraudProbability: number;
  /** null where the model has no such output. */
  riskScore: number | null;
  /** What the probability was made of, as the graph gave it: a value for each class, or one. */
  raw: readonly number[];
}

export function rowScoresOf({ probability, riskScore, raw }: ModelOutputs, rows: number): RowScores[] {
  const columns = raw.length / rows;
  return Array.from({ length: rows }, (_, row) => ({
    // As the host reads it.
    fraudProbability: Math.fround(probability[row] ?? Number.NaN),
    riskScore: riskScore === null ? null : (riskScore[row] ?? Number.NaN),
    raw: [...raw.subarray(row * columns, (row + 1) * columns)],
  }));
}

/** How far what was said of a row is from what was said of it another time. */
export interface RowDifference {
  /** Absolute. */
  probability: number;
  /** Absolute; 0 where there is none. */
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
