import { differenceOf, type RowDifference, type RowScores, rounded } from './row-scores.js';
import type { TrialRun } from './trial-run.js';

/**
 * The largest allowed difference of a score between batches of the same shape. The same kernels run then and should give the same bits.
 * With dynamic quantisation the difference is 0.01 or more.
 */
const sameShape: RowDifference = { probability: 1e-4, riskScore: 1e-4, raw: 1e-3 };

/**
 * The largest allowed difference between a row alone and the row in a batch, which other kernels run. Rounding in float32 differs then, and
 * a statically quantised graph may round a value to the next step.
 */
const otherShape: RowDifference = { probability: 1e-2, riskScore: 1e-2, raw: 1e-2 };

type Field = keyof RowDifference;

/** The largest difference of a row's scores between two runs, and its kind. */
interface Difference {
  field: Field;
  size: number;
}

export interface Change {
  field: Field;
  expected: string;
  received: string;
}

/** Whether a row's scores change although the row does not: between runs, or with the other rows in the batch. */
export function changeIn(run: TrialRun): Change | null {
  return judgeRepetition(run) ?? judgeCompany(run);
}

/** Whether the model gives different results for the same batch. */
function judgeRepetition({ companies, again }: TrialRun): Change | null {
  const before = companies.findLast(({ kind }) => kind === 'others')?.scores ?? null;
  const largest = largestDifference(before, again, otherShape);
  if (largest === null) return null;
  return {
    field: largest.field,
    expected: 'the same for the same rows each time',
    received:
      `${told(largest)} from one run to the next: the graph has a random operator, such as a dropout in training mode; ` +
      'export it in evaluation mode',
  };
}

/** Whether a row's score changes with the other rows in the batch. */
function judgeCompany({ targets, companies }: TrialRun): Change | null {
  const found: (Difference & { where: string })[] = [];
  const look = (a: Scores, b: Scores, tolerance: RowDifference, where: string): void => {
    const largest = largestDifference(a, b, tolerance);
    if (largest !== null) found.push({ ...largest, where });
  };
  const plausible = (scores: Scores): Scores => scores?.filter((_, index) => targets[index]?.isPlausible) ?? null;
  const alone = plausible(targets.map((target) => target.alone));
  for (const { kind, size, scores } of companies) {
    if (kind === 'others') {
      look(alone, plausible(scores), otherShape, `between a row alone and in a batch of ${size}`);
      continue;
    }
    const others = companies.find((company) => company.kind === 'others' && company.size === size)?.scores ?? null;
    const beside = kind === 'loud' ? 'rows a thousand times as large' : 'rows of zeros';
    look(others, scores, sameShape, `beside ${beside}, in a batch of ${size}`);
  }
  const [worst] = found.sort((a, b) => b.size - a.size);
  if (worst === undefined) return null;
  return {
    field: worst.field,
    expected: 'the same for a row whatever other rows are in its batch',
    received:
      `${told(worst)} ${worst.where}: one caller's row would change another's decision. Likely causes are dynamic quantisation ` +
      '(one scale for all rows of a batch), batch normalisation in training mode, and a softmax or mean over the rows instead of the ' +
      'columns: quantise statically or use float32, export the model in evaluation mode, and look at the axes. Where a row alone is scored ' +
      'rightly, "batch": "alone" in model.json serves the model as it is: each row in a run of its own, at the cost of throughput',
  };
}

type Scores = readonly RowScores[] | null;

/** Of rows that were run both times; null if no difference exceeds the tolerance. */
function largestDifference(a: Scores, b: Scores, tolerance: RowDifference): Difference | null {
  const largest: RowDifference = { probability: 0, riskScore: 0, raw: 0 };
  for (const [row, left] of (a ?? []).entries()) {
    const right = b?.[row];
    if (right === undefined) continue;
    const difference = differenceOf(left, right);
    for (const field of fields) largest[field] = Math.max(largest[field], difference[field]);
  }
  const field = fields.find((name) => largest[name] > tolerance[name]);
  return field === undefined ? null : { field, size: largest[field] };
}

/** The scores first. The raw output shows differences that are hidden if scores are too near to 0 or 1. */
const fields = ['probability', 'riskScore', 'raw'] as const;

function told({ field, size }: Difference): string {
  const what = field === 'raw' ? 'outputs of the graph' : 'scores';
  if (!Number.isFinite(size)) return `${what} that are lost (no finite number)`;
  return `${what} that differ by up to ${rounded(size)}${field === 'raw' ? ' relative to their size' : ''}`;
}
