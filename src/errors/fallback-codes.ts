import type { ErrorCode } from '../errors.js';

/**
 * The errors that a fallback may answer. An invalid or aborted request, and a request to a closed scorer, always rejects, because the
 * caller caused it.
 */
export const fallbackCodes = [
  'ERR_DEADLINE_EXCEEDED',
  'ERR_QUEUE_FULL',
  'ERR_WORKER_LOST',
  'ERR_INFERENCE',
  'ERR_PROVIDER_UNAVAILABLE',
  'ERR_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];
