import type { ErrorCode } from '../errors.js';

/** What a fallback may answer. An invalid, aborted or closed request is the caller's own doing and always rejects. */
export const fallbackCodes = [
  'ERR_DEADLINE_EXCEEDED',
  'ERR_QUEUE_FULL',
  'ERR_WORKER_LOST',
  'ERR_INFERENCE',
  'ERR_PROVIDER_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];
