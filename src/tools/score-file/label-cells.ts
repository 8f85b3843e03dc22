import { describeKind } from '../../validation/issues.js';
import { BadCell } from './cell-value.js';

const labels: Readonly<Record<string, boolean>> = { '1': true, '0': false, true: true, false: false };

/** Whether a row is fraud; null if it is not known, because the cell is empty or null. */
export function readLabel(cell: unknown): boolean | null | BadCell {
  if (cell === undefined || cell === null || cell === '') return null;
  if (typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') {
    const text = String(cell).trim().toLowerCase();
    if (text === '') return null;
    // Tables with missing labels often have decimal points in the labels.
    const label = labels[text.replace(/^([01])\.0*$/, '$1')];
    if (label !== undefined) return label;
  }
  return new BadCell('a label: 1 or true for fraud, 0 or false, or nothing', kindOf(cell));
}

export function readAmount(cell: unknown): number | BadCell {
  const isText = typeof cell === 'string' && cell.trim() !== '' && !/[xob]/i.test(cell);
  const amount = isText ? Number(cell) : cell;
  if (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0) return amount;
  const isNegative = typeof amount === 'number' && amount < 0;
  return new BadCell('an amount, a number of at least 0', isNegative ? 'a negative number' : kindOf(cell));
}

export function readId(cell: unknown): string | number | null | BadCell {
  if (cell === undefined || cell === null) return null;
  const expected = 'a text or an integer from −(2^53 − 1) to 2^53 − 1';
  if (typeof cell === 'number' && !Number.isSafeInteger(cell)) {
    return new BadCell(expected, 'another number, which may have lost digits (write it in quotes)');
  }
  return typeof cell === 'string' || typeof cell === 'number' ? cell : new BadCell(expected, describeKind(cell));
}

function kindOf(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim() === '' ? 'an empty cell' : 'other text';
  return typeof cell === 'number' ? 'another number' : describeKind(cell);
}
