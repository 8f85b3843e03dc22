import { type RequestTable, rowStates } from '../../src/requests/request-table.js';

/** Claims a row as admission does, and has it wait. */
export function claimRow(
  table: RequestTable,
  { enqueuedAt = 0, timeoutMs = Number.POSITIVE_INFINITY, priority = 0 } = {},
): number {
  const row = table.claim();
  if (row < 0) throw new Error('the table is full');
  table.state[row] = rowStates.waiting;
  table.enqueuedAt[row] = enqueuedAt;
  table.timeoutMs[row] = timeoutMs;
  table.deadlineAt[row] = enqueuedAt + timeoutMs;
  table.priority[row] = priority;
  return row;
}
