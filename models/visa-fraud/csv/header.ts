import type { BadRow } from './bad-row-error.js';

export const REQUIRED_COLUMNS = ['transaction_id', 'timestamp', 'customer_id', 'terminal_id', 'amount'] as const;
const LABEL_COLUMN = 'is_fraud';

/** Where each column stands in a row; -1 for labels that the file does not have. */
export interface Columns {
  transactionId: number;
  timestamp: number;
  customerId: number;
  terminalId: number;
  amount: number;
  isFraud: number;
  /** Fields in a row, columns that nobody asked for included. */
  count: number;
}

export type BadField = Pick<BadRow, 'column' | 'expected' | 'received'>;

/** Reads the header: the columns in any order, others among them, is_fraud optional. */
export function readHeader(fields: readonly string[]): Columns | BadField {
  const names = fields.map((field) => field.trim());
  for (const column of [...REQUIRED_COLUMNS, LABEL_COLUMN]) {
    const count = names.filter((name) => name === column).length;
    if (count > 1) return { column, expected: 'one column of this name', received: `${count}` };
    if (count === 0 && column !== LABEL_COLUMN) {
      return { column, expected: `a header with ${REQUIRED_COLUMNS.join(', ')}`, received: 'a header without it' };
    }
  }
  return {
    transactionId: names.indexOf('transaction_id'),
    timestamp: names.indexOf('timestamp'),
    customerId: names.indexOf('customer_id'),
    terminalId: names.indexOf('terminal_id'),
    amount: names.indexOf('amount'),
    isFraud: names.indexOf(LABEL_COLUMN),
    count: names.length,
  };
}
