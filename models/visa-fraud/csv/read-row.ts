import type { Transaction } from '../transaction.js';
import type { BadField, Columns } from './header.js';
import { parseTimestamp } from './parse-timestamp.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A row's fields as a transaction, or the first field that is not what it must be. */
export function readRow(fields: readonly string[], columns: Columns, previousMs: number): Transaction | BadField {
  if (fields.length !== columns.count) {
    return { column: 'row', expected: fieldCount(columns.count), received: fieldCount(fields.length) };
  }
  const transactionId = fields[columns.transactionId] ?? '';
  const customerId = fields[columns.customerId] ?? '';
  const terminalId = fields[columns.terminalId] ?? '';
  const timestamp = fields[columns.timestamp] ?? '';
  const amountText = fields[columns.amount] ?? '';
  if (transactionId === '') return bad('transaction_id', 'an id', transactionId);
  const timestampMs = parseTimestamp(timestamp);
  if (timestampMs === undefined) return bad('timestamp', 'a time such as 2018-04-01T00:00:31Z', timestamp);
  if (timestampMs < previousMs) {
    return bad('timestamp', `a time not before the row above, ${new Date(previousMs).toISOString()}`, timestamp);
  }
  if (customerId === '') return bad('customer_id', 'an id', customerId);
  if (terminalId === '') return bad('terminal_id', 'an id', terminalId);
  const amount = NUMBER.test(amountText) ? Number(amountText) : Number.NaN;
  if (!Number.isFinite(amount)) return bad('amount', 'a number of at least 0', amountText);
  if (amount < 0) return { column: 'amount', expected: 'a number of at least 0', received: 'a negative number' };
  const transaction: Transaction = { transactionId, timestampMs, customerId, terminalId, amount };
  const label = columns.isFraud === -1 ? '' : (fields[columns.isFraud] ?? '');
  if (label === '1') transaction.isFraud = true;
  else if (label === '0') transaction.isFraud = false;
  else if (label !== '') return bad('is_fraud', '0, 1 or nothing', label);
  return transaction;
}

export function isBadField<T extends object>(value: T | BadField): value is BadField {
  return 'expected' in value;
}

function bad(column: string, expected: string, received: string): BadField {
  return { column, expected, received: received === '' ? 'nothing' : `text ${JSON.stringify(shorten(received))}` };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function fieldCount(count: number): string {
  return count === 1 ? '1 field' : `${count} fields`;
}
