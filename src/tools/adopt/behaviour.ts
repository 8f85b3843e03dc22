import type { ScoreForm } from '../../protocol/output-forms.js';
import type { GraphTrial, RowValues } from './graph-trial.js';

/** Rows of values side by side; null where there are none. */
type Rows = readonly (readonly number[] | null)[];

/** How far values may differ: with the same rows in the batch's shape, and between shapes, which other kernels run. As the trial of `create`. */
const sameShape = 1e-4;
const otherShape = 1e-2;

/**
 * Whether the values of a row are the same whatever rows are in its batch, and whether it can be in a batch at all.
 *
 * @returns what was seen where they are not, for people; null where they are.
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

/** The largest difference between values, relative above 1; infinite where one is a number and the other not. */
export function largestDifference(left: Rows, right: Rows): number {
  let largest = 0;
  for (const [index, row] of left.entries()) {
    const other = right[index] ?? null;
    // What the runtime failed on is not compared.
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

/** What is worth knowing of the values of the output that decides. */
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
