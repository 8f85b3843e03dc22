/** What the policy needs to know of the moment. */
export interface BatchSnapshot {
  /** Requests waiting. */
  waiting: number;
  /** How long the oldest of them has waited. */
  oldestWaitMs: number;
  /** Workers with nothing to do. */
  idleWorkers: number;
  /** Batches that may be sent before one comes back, to idle workers or behind what a busy one has in hand. */
  freeLanes: number;
  /** How long a batch of n rows takes, as fixedMs + perRowMs · n; null before the first. */
  latency: { fixedMs: number; perRowMs: number } | null;
}

export interface BatchLimits {
  maxBatchSize: number;
  /** How long a request may wait for others to join it while a worker is idle. */
  maxQueueDelayMs: number;
  /** How long a request should take at most. */
  targetLatencyMs: number;
}

/** Send so many of the oldest requests now, or look again after a time (Infinity: when something changes). */
export type BatchDecision = { action: 'send'; rows: number } | { action: 'wait'; ms: number };

const waitForChange: BatchDecision = { action: 'wait', ms: Number.POSITIVE_INFINITY };

/**
 * An idle worker takes what waits at once, so there is no delay at low load. While all are busy the batch grows,
 * and only a full one is sent behind a busy worker, where it hides the round trip.
 */
export function decideBatch(snapshot: BatchSnapshot, limits: BatchLimits): BatchDecision {
  const { waiting, oldestWaitMs, idleWorkers, freeLanes } = snapshot;
  if (waiting === 0 || freeLanes === 0) return waitForChange;
  const cap = batchCap(snapshot, limits);
  if (waiting >= cap) return { action: 'send', rows: cap };
  if (idleWorkers === 0) return waitForChange;
  const delayMs = limits.maxQueueDelayMs - oldestWaitMs;
  return delayMs > 0 ? { action: 'wait', ms: delayMs } : { action: 'send', rows: waiting };
}

/**
 * The most rows whose batch still lets the oldest request meet the target. Where it can't be met any more, it is not helped by ever
 * smaller batches, which would only make the others wait too: the batch may take half the target then, and its rows at least
 * as long as what it costs whatever its size.
 */
function batchCap({ oldestWaitMs, latency }: BatchSnapshot, { maxBatchSize, targetLatencyMs }: BatchLimits): number {
  if (latency === null || latency.perRowMs === 0) return maxBatchSize;
  const leftMs = Math.max(targetLatencyMs - oldestWaitMs, targetLatencyMs / 2, 2 * latency.fixedMs);
  const rows = Math.floor((leftMs - latency.fixedMs) / latency.perRowMs);
  return Math.min(Math.max(rows, 1), maxBatchSize);
}
