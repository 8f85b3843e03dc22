import { isFloat32Array } from 'node:util/types';
import { describeNonValue } from '../requests/feature-shape.js';
import type { IssueList } from '../validation/issues.js';
import { areFinite } from './finite-values.js';

/** One input's values for all rows, row after row: as the caller gave them, not copied. */
export interface Column {
  readonly name: string;
  /** Values a row. */
  readonly size: number;
  /** Where the input begins in a row of all inputs. */
  readonly offset: number;
  readonly values: ArrayLike<unknown>;
}

/**
 * Looks for values that are no finite float32.
 *
 * @param from the first row to look at, @param to the row after the last.
 * @param issues gets each, with its row and its place in it.
 */
export function checkValues(column: Column, from: number, to: number, issues: IssueList): void {
  const { values, size } = column;
  const [first, last] = [from * size, to * size];
  if (isFloat32Array(values) ? areFinite(values, first, last) : areFiniteNumbers(values, first, last)) return;
  for (let index = first; index < last; index += 1) {
    const value = values[index];
    if (typeof value === 'number' && Number.isFinite(Math.fround(value))) continue;
    if (issues.isFull) {
      issues.count();
      continue;
    }
    const row = Math.floor(index / size);
    issues.add(`features.${column.name}[${row}][${index - row * size}]`, 'a finite number', describeNonValue(value));
  }
}

function areFiniteNumbers(values: ArrayLike<unknown>, first: number, last: number): boolean {
  for (let index = first; index < last; index += 1) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) return false;
  }
  return true;
}

/**
 * Copies rows one behind the other.
 *
 * @param to must have room for them from `start` on.
 * @returns whether they are still there and numbers: the caller may have changed its arrays since they were checked.
 */
export function copyRows(
  { values, size }: Column,
  row: number,
  rows: number,
  to: Float32Array,
  start: number,
): boolean {
  const [first, last] = [row * size, (row + rows) * size];
  if (values.length < last) return false;
  if (isFloat32Array(values)) {
    to.set(values.subarray(first, last), start);
    return true;
  }
  for (let index = first; index < last; index += 1) {
    const value = values[index];
    if (typeof value !== 'number') return false;
    to[start + index - first] = value;
  }
  return true;
}
