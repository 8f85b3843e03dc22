import { PendingRequest } from '../../src/request/pending-request.js';
import type { ScoreResult } from '../../src/types.js';

/** A request that nobody waits for. */
export function pendingRequest(
  fields: { slot?: number; enqueuedAt?: number; timeoutMs?: number } = {},
): PendingRequest {
  const { slot = 0, enqueuedAt = 0, timeoutMs = Number.POSITIVE_INFINITY } = fields;
  const settlement = { resolve: (_: ScoreResult): void => {}, reject: (_: Error): void => {} };
  return new PendingRequest({ features: {} }, undefined, slot, enqueuedAt, timeoutMs, settlement, null);
}
