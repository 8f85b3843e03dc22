import { isBigInt64Array, isFloat32Array, isFloat64Array, isInt32Array } from 'node:util/types';
import { placeOf, type RowViews, rowViewsOf } from '../protocol/row-layout.js';
import { type InputSlots, writeMissing, writeValue } from '../requests/feature-slots.js';
import { describeValueFor, expectedValue } from '../requests/value-words.js';
import type { IssueList } from '../validation/issues.js';
import { areFinite } from './finite-values.js';

/** The values of one input for all rows, row after row. They are the caller's own array, not a copy. */
export interface Column extends InputSlots {
  /** null if the caller gave none. That is allowed if all features of the input may be missing. */
  readonly values: ArrayLike<unknown> | null;
}

/** A buffer to try out values. */
const trial = rowViewsOf(new ArrayBuffer(8));

/**
 * Looks for values that the input cannot take.
 *
 * @param from the first row to check.
 * @param to the row after the last.
 * @param issues receives each problem with its row and position.
 */
export function checkValues({ input, slots, values }: Column, from: number, to: number, issues: IssueList): void {
  if (values === null) return;
  const { name, size, type } = input;
  const [first, last] = [from * size, to * size];
  if (type === 'float32') {
    if (isFloat32Array(values) ? areFinite(values, first, last) : areFiniteNumbers(values, first, last)) return;
  }
  for (let index = first; index < last; index += 1) {
    const value = values[index];
    const row = Math.floor(index / size);
    const slot = slots[index - row * size];
    if (slot === undefined || (isTaken(value, type) && writeValue(trial, slot, 0, value))) continue;
    if (issues.isFull) issues.count();
    else {
      issues.add(`features.${name}[${row}][${index - row * size}]`, expectedValue(slot), describeValueFor(slot, value));
    }
  }
}

/** A boolean in an array is probably a mistake. */
function isTaken(value: unknown, type: Column['input']['type']): boolean {
  return typeof value !== 'boolean' || type === 'bool';
}

function areFiniteNumbers(values: ArrayLike<unknown>, first: number, last: number): boolean {
  for (let index = first; index < last; index += 1) {
    const value = values[index];
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) return false;
  }
  return true;
}

/**
 * Copies rows one after the other.
 *
 * @param to must have enough space from the word `start` on.
 * @returns whether the values are still valid. The caller may have changed its arrays since they were checked.
 */
export function copyRows(column: Column, row: number, rows: number, to: RowViews, start: number): boolean {
  const { input, values } = column;
  const at = placeOf(input, start);
  if (values === null) return fillMissing(column, rows, to, at);
  const [first, last] = [row * input.size, (row + rows) * input.size];
  if (values.length < last) return false;
  return copyWhole(column, first, last, to, at) || copyEach(column, values, first, last, to, at);
}

/** @returns whether the values could be copied in one piece. */
function copyWhole({ input, values, slots }: Column, first: number, last: number, to: RowViews, at: number): boolean {
  const { type } = input;
  if (type === 'float32' && isFloat32Array(values) && slots.every(staysNaN)) {
    to.float32.set(values.subarray(first, last), at);
  } else if (type === 'float64' && isFloat64Array(values) && slots.every(staysNaN)) {
    to.float64.set(values.subarray(first, last), at);
  } else if (type === 'int64' && isBigInt64Array(values)) {
    to.int64.set(values.subarray(first, last), at);
  } else if (type === 'int32' && isInt32Array(values)) {
    to.int32.set(values.subarray(first, last), at);
  } else {
    return false;
  }
  return true;
}

/** Whether NaN stands for a missing value here, or was already refused. */
function staysNaN({ missing }: Column['slots'][number]): boolean {
  return missing === undefined || Number.isNaN(missing);
}

function copyEach(
  { slots, input }: Column,
  values: ArrayLike<unknown>,
  first: number,
  last: number,
  to: RowViews,
  at: number,
): boolean {
  let column = 0;
  for (let index = first; index < last; index += 1) {
    const slot = slots[column];
    if (slot === undefined || !writeValue(to, slot, at + index - first, values[index])) return false;
    column = column + 1 === input.size ? 0 : column + 1;
  }
  return true;
}

function fillMissing({ slots }: Column, rows: number, to: RowViews, at: number): boolean {
  let place = at;
  for (let row = 0; row < rows; row += 1) {
    for (const slot of slots) if (!writeMissing(to, slot, place++)) return false;
  }
  return true;
}
