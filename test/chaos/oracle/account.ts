import type { RequestCounts } from '../../../src/index.js';
import type { Ledger } from './ledger.js';

/**
 * What is wrong with a scorer's own counts, given what was sent to it and came back. A promise can't settle twice, but a request that
 * was settled twice would be counted twice.
 */
export function accountProblems(ledger: Ledger, counts: RequestCounts): string[] {
  const count = ledger.count.bind(ledger);
  const closed = count('ERR_CLOSED');
  const expected: Omit<RequestCounts, 'fallback'> = {
    total: ledger.sent,
    succeeded: ledger.answered,
    failed: count('ERR_INFERENCE') + count('ERR_WORKER_LOST') + closed - ledger.late,
    rejected: count('ERR_INVALID_REQUEST') + count('ERR_INVALID_OPTIONS') + count('ERR_QUEUE_FULL') + ledger.late,
    expired: count('ERR_DEADLINE_EXCEEDED'),
    cancelled: count('ERR_ABORTED'),
  };
  const names = ['total', 'succeeded', 'failed', 'rejected', 'expired', 'cancelled'] as const;
  return names
    .filter((name) => counts[name] !== expected[name])
    .map((name) => `summary().requests.${name}: ${counts[name]}, expected ${expected[name]}`);
}
