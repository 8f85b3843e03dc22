import type { ScoreForm } from '../../protocol/output-forms.js';
import type { GraphTrial, RowValues } from './graph-trial.js';

/** Rows of values; null if there are none. */
type Rows = readonly (readonly number[] | null)[];

/**
 * How much values may differ: for the same rows in the same batch shape, and between shapes, which use other kernels. The same limits as in
 * the trial of `create`.
 */
const sameShape = 1e-4;
const otherShape = 1e-2;

/**
 * Whether a row's values depend on the other rows in its batch, and whether it can be in a batch at all.
 *
 * @returns a description of the dependence, for people; null if there is none.
 */
export function dependence({ alone, beside }: GraphTrial, output: string): string | null {
  if (beside === null) return null;
  const own = alone.of(output);
  const others = beside.others.of(output);
  if (own.some((row, index) => row !== null && (others[index] ?? null) === null)) {
    return 'the graph takes one row at a time, whatever it declares';
  }
  const differences = [
    { size: largestDifference(own, others), most: otherShape, where: 'alone and in a batch' },
    {
      size: largestDifference(others, beside.loud.of(output)),
      most: sameShape,
      where: 'beside rows a thousand times as large',
    },
    { size: largestDifference(others, beside.zeros.of(output)), most: sameShape, where: 'beside rows of zeros' },
  ];
  const worst = differences.filter(({ size, most }) => size > most).sort((a, b) => b.size - a.size)[0];
  if (worst === undefined) return null;
  return `a row's scores differ by up to ${Number(worst.size.toPrecision(2))} ${worst.where}, as with dynamic quantisation`;
}

/** The largest difference between values, relative above 1; infinite if only one of them is a number. */
export function largestDifference(left: Rows, right: Rows): number {
  let largest = 0;
  for (const [index, row] of left.entries()) {
    const other = right[index] ?? null;
    // Rows on which the runtime failed are not compared.
    if (row === null || other === null) continue;
    if (row.length !== other.length) return Number.POSITIVE_INFINITY;
    for (const [column, value] of row.entries()) {
      largest = Math.max(largest, differenceOf(value, other[column] ?? Number.NaN));
    }
  }
  return largest;
}

function differenceOf(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const difference = Math.abs(a - b) / Math.max(1, Math.abs(a));
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

/** Whether rows with missing features have scores. */
export function takesMissing(missing: RowValues, output: string): boolean {
  return missing.of(output).every((row) => row?.every(Number.isFinite) === true);
}

/** Remarks on the values of the score output. */
export function notesOnValues(rows: Rows, form: ScoreForm): string[] {
  const found = rows.filter((row) => row !== null);
  const notes: string[] = [];
  const lost = found.filter((row) => !row.every(Number.isFinite)).length;
  if (lost > 0) notes.push(`${lost} of ${found.length} invented rows have no finite ${form}`);
  const [first] = found;
  if (
    first !== undefined &&
    found.length > 1 &&
    lost === 0 &&
    largestDifference(
      found,
      found.map(() => first),
    ) === 0
  ) {
    notes.push('all invented rows have the same score');
  }
  return notes;
}
