import { BadCell } from './cell-value.js';
import { readAmount, readId, readLabel } from './label-cells.js';
import type { PreparedRow } from './prepared-row.js';
import type { RowProblem } from './raw-row.js';

/** The columns that are not features. */
export interface OtherColumns {
  /** Copied into the file of scores. @default the row's number */
  id?: string | undefined;
  label?: string | undefined;
  amount?: string | undefined;
}

export type OtherValues = Pick<PreparedRow, 'id' | 'isFraud' | 'amount'>;

/** Their names, in the order in which `readOthers` takes the cells. */
export function namesOfOthers({ id, label, amount }: OtherColumns): string[] {
  return [id, label, amount].filter((name) => name !== undefined);
}

/** Reads a row's id, label and amount. @param number the row's number, used if it has no id. */
export function readOthers(columns: OtherColumns, cells: readonly unknown[], number: number): OtherValues | RowProblem {
  let place = 0;
  const next = (): unknown => cells[place++];
  const id = columns.id === undefined ? number : readId(next());
  if (id instanceof BadCell) return { column: columns.id ?? null, ...id };
  const isFraud = columns.label === undefined ? null : readLabel(next());
  if (isFraud instanceof BadCell) return { column: columns.label ?? null, ...isFraud };
  // Without a label, a row's amount is not used.
  const amount = columns.amount === undefined || isFraud === null ? 0 : readAmount(next());
  if (amount instanceof BadCell) return { column: columns.amount ?? null, ...amount };
  return { id, isFraud, amount };
}
