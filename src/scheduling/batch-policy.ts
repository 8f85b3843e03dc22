import type { BatchLimits } from '../api/options.js';
import type { BatchLatency } from './latency-model.js';

/** The state that the policy decides on. */
export interface BatchSnapshot {
  /** Number of waiting requests. */
  waiting: number;
  /** How long the oldest of them has waited, in ms. */
  oldestWaitMs: number;
  /** Time until the earliest deadline of the waiting requests, in ms; Infinity if none has a deadline. */
  soonestDeadlineMs: number;
  /** Number of idle workers. */
  idleWorkers: number;
  /** The free places for batches and chunks of columns: those at idle workers, and those behind the batch of a busy worker. */
  freePlaces: number;
  /** How long a batch takes; null before the first batch. */
  latency: BatchLatency | null;
  /** Whether rows of `scoreColumns` wait too. */
  columnsWait: boolean;
  /** Batches of requests that were sent since the last chunk of columns. */
  sentSinceColumns: number;
}

/**
 * Why a batch was sent. `idleWorker`: a worker was idle. `full`: the batch had its maximum size. `delayOver`: it had waited as long as
 * allowed. `deadline`: in a larger or later batch, the oldest request would have missed the target latency, or a request its deadline.
 */
export type SendReason = 'idleWorker' | 'full' | 'delayOver' | 'deadline';

/** How batches form. */
export interface BatchPolicy extends BatchLimits {
  /**
   * The longest time that a worker may take over one batch, in ms, if rows can be left out. @default as long as the target latency allows
   */
  maxRunMs?: number;
}

/** Send this many requests now, or a chunk of columns, or check again after this time (Infinity: when something changes). */
export type BatchDecision =
  | { action: 'send'; rows: number; reason: SendReason }
  | { action: 'sendColumns' }
  | { action: 'wait'; ms: number };

const waitForChange: BatchDecision = { action: 'wait', ms: Number.POSITIVE_INFINITY };

/** Columns get the places that requests leave free, and at least one place in this many. So neither starves the other. */
const requestTurns = 8;

/** Requests go first. Columns take the places that requests leave free, also those behind busy workers. Both get their turn. */
export function decideBatch(snapshot: BatchSnapshot, limits: BatchPolicy): BatchDecision {
  if (snapshot.freePlaces === 0) return waitForChange;
  if (snapshot.columnsWait && snapshot.sentSinceColumns >= requestTurns) return { action: 'sendColumns' };
  const decision = decideRequests(snapshot, limits);
  return decision.action === 'wait' && snapshot.columnsWait ? { action: 'sendColumns' } : decision;
}

/**
 * Smaller batches are not sent to a busy worker. Hiding their round trip gains less than the larger number of batches costs. Also, small
 * batches mean that latency matters more than throughput.
 */
const leastRowsAhead = 64;

/**
 * An idle worker takes all waiting requests at once, so there is no delay at low load. While all workers are busy, the batch grows. If two
 * full batches wait, the first goes to a busy worker, which then starts it without a round trip. The next idle worker still finds a full
 * batch.
 */
function decideRequests(snapshot: BatchSnapshot, limits: BatchPolicy): BatchDecision {
  const { waiting, oldestWaitMs, idleWorkers, columnsWait } = snapshot;
  if (waiting === 0) return waitForChange;
  const cap = batchCap(snapshot, limits);
  const isBacklog = cap >= leastRowsAhead && waiting >= 2 * cap;
  // If columns wait, no worker ever becomes idle, because a free place would go to them.
  if (idleWorkers === 0 && !columnsWait && !isBacklog) return waitForChange;
  if (waiting >= cap) return { action: 'send', rows: cap, reason: cap === limits.maxBatchSize ? 'full' : 'deadline' };
  if (limits.maxQueueDelayMs === 0) return { action: 'send', rows: waiting, reason: 'idleWorker' };
  const delayMs = limits.maxQueueDelayMs - oldestWaitMs;
  if (delayMs <= 0) return { action: 'send', rows: waiting, reason: 'delayOver' };
  const spareMs = timeToSpare(snapshot, limits);
  return spareMs <= 0
    ? { action: 'send', rows: waiting, reason: 'deadline' }
    : { action: 'wait', ms: Math.min(delayMs, spareMs) };
}

/** The resolution of timers, in ms. A batch that must go soon is sent this much earlier. */
const timerMs = 1;

/** How long a batch of all waiting requests can still be delayed. */
function timeToSpare(snapshot: BatchSnapshot, { targetLatencyMs }: BatchLimits): number {
  const { waiting, oldestWaitMs, soonestDeadlineMs, latency } = snapshot;
  const runMs = latency === null ? 0 : latency.fixedMs + latency.perRowMs * waiting;
  return Math.min(targetLatencyMs - oldestWaitMs, soonestDeadlineMs) - runMs - timerMs;
}

/**
 * The most rows with which the oldest request still meets the target latency. If the target cannot be met any more, ever smaller batches
 * would not help and would only delay the others. Then the batch may take half the target, and its rows may take at least as long as the
 * fixed cost of a batch.
 */
function batchCap({ oldestWaitMs, latency }: BatchSnapshot, limits: BatchPolicy): number {
  const { maxBatchSize, targetLatencyMs, maxRunMs } = limits;
  if (latency === null || latency.perRowMs === 0) return maxBatchSize;
  const targetMs = maxRunMs ?? Math.max(targetLatencyMs - oldestWaitMs, targetLatencyMs / 2);
  const leftMs = Math.max(targetMs, 2 * latency.fixedMs);
  const rows = Math.floor((leftMs - latency.fixedMs) / latency.perRowMs);
  return Math.min(Math.max(rows, 1), maxBatchSize);
}

/** The state of the queue for a request that is about to join it. */
export interface QueueOutlook {
  /** Number of requests that go before it. */
  ahead: number;
  idleWorkers: number;
  readyWorkers: number;
  latency: BatchLatency | null;
}

/**
 * A safe lower limit of the time until a request could be answered, in ms: the time for the rows before it and its own row, shared by all
 * workers. 0 if a worker is idle. Then the request is tried, which also corrects a wrong estimate.
 */
export function leastAnswerMs({ ahead, idleWorkers, readyWorkers, latency }: QueueOutlook): number {
  if (latency === null || idleWorkers > 0 || readyWorkers === 0) return 0;
  return (latency.perRowAtLeastMs * (ahead + 1)) / readyWorkers;
}

/** How long the waiting requests will take, in ms, estimated from the last batches; null if no worker is ready or nothing is known. */
export function expectedWaitMs(
  {
    ahead,
    readyWorkers,
    latency,
  }: { ahead: number; readyWorkers: number; latency: Omit<BatchLatency, 'perRowAtLeastMs'> | null },
  maxBatchSize: number,
): number | null {
  if (latency === null || readyWorkers === 0) return null;
  return (Math.ceil(ahead / maxBatchSize) * latency.fixedMs + ahead * latency.perRowMs) / readyWorkers;
}
