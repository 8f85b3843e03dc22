import type { Transaction } from '../transaction.js';

export const CSV_HEADER = 'transaction_id,timestamp,customer_id,terminal_id,amount,is_fraud\n';

/** A transaction as a line that `readTransactions` reads back. */
export function toCsvLine(transaction: Transaction): string {
  const { transactionId, timestampMs, customerId, terminalId, amount, isFraud } = transaction;
  const time = new Date(timestampMs).toISOString().replace('.000Z', 'Z');
  const label = isFraud === undefined ? '' : isFraud ? '1' : '0';
  return `${[quoted(transactionId), time, quoted(customerId), quoted(terminalId), amount, label].join(',')}\n`;
}

function quoted(id: string): string {
  return /[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id;
}
