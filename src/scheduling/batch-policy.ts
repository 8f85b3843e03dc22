import type { BatchLimits } from '../api/options.js';
import type { BatchLatency } from './latency-model.js';

/** What the policy needs to know of the moment. */
export interface BatchSnapshot {
  /** Requests waiting. */
  waiting: number;
  /** How long the oldest of them has waited. */
  oldestWaitMs: number;
  /** Until the soonest deadline of those that wait; Infinity where none has one. */
  soonestDeadlineMs: number;
  /** Workers with nothing to do. */
  idleWorkers: number;
  /** Batches and chunks of columns that workers still have a place for: the idle ones, and behind what a busy one has in hand. */
  freePlaces: number;
  /** How long a batch takes; null before the first. */
  latency: BatchLatency | null;
  /** Whether rows of `scoreColumns` wait too. */
  columnsWait: boolean;
  /** Batches of requests that were sent since columns last had a turn. */
  sentSinceColumns: number;
}

/**
 * Why a batch was sent: a worker had nothing to do; it was as large as it may be; it had waited as long as it may; or the oldest request
 * would not have met the target latency, or one its deadline, in a larger or a later one.
 */
export type SendReason = 'idleWorker' | 'full' | 'delayOver' | 'deadline';

/** How batches form. */
export interface BatchPolicy extends BatchLimits {
  /** How long a worker may take over one batch, in ms, where rows can be left out. @default as long as the target allows */
  maxRunMs?: number;
}

/** Send so many requests now, or a chunk of columns, or look again after a time (Infinity: when something changes). */
export type BatchDecision =
  | { action: 'send'; rows: number; reason: SendReason }
  | { action: 'sendColumns' }
  | { action: 'wait'; ms: number };

const waitForChange: BatchDecision = { action: 'wait', ms: Number.POSITIVE_INFINITY };

/** Columns take what requests leave, and at least one place in so many, so that neither starves the other. */
const requestTurns = 8;

/** Requests go first, and columns take the places they leave free, those behind busy workers too; whichever waits gets its turn. */
export function decideBatch(snapshot: BatchSnapshot, limits: BatchPolicy): BatchDecision {
  if (snapshot.freePlaces === 0) return waitForChange;
  if (snapshot.columnsWait && snapshot.sentSinceColumns >= requestTurns) return { action: 'sendColumns' };
  const decision = decideRequests(snapshot, limits);
  return decision.action === 'wait' && snapshot.columnsWait ? { action: 'sendColumns' } : decision;
}

/**
 * Batches of fewer rows are not sent to a busy worker: what hiding their round trip gains is lost by having more of them, and small batches
 * are a sign that latency matters more than throughput.
 */
const leastRowsAhead = 64;

/**
 * An idle worker takes what waits at once, so there is no delay at low load; while all are busy the batch grows. Where a full batch waits
 * and another behind it, the first goes to a busy worker, which begins with it without a round trip; the next worker that becomes idle
 * still finds a full one.
 */
function decideRequests(snapshot: BatchSnapshot, limits: BatchPolicy): BatchDecision {
  const { waiting, oldestWaitMs, idleWorkers, columnsWait } = snapshot;
  if (waiting === 0) return waitForChange;
  const cap = batchCap(snapshot, limits);
  const isBacklog = cap >= leastRowsAhead && waiting >= 2 * cap;
  // Where columns wait, no worker is ever idle: a free place would go to them.
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

/** Timers are no finer, so a batch that must go soon goes a little sooner. */
const timerMs = 1;

/** How long a batch of all that wait can still be held back. */
function timeToSpare(snapshot: BatchSnapshot, { targetLatencyMs }: BatchLimits): number {
  const { waiting, oldestWaitMs, soonestDeadlineMs, latency } = snapshot;
  const runMs = latency === null ? 0 : latency.fixedMs + latency.perRowMs * waiting;
  return Math.min(targetLatencyMs - oldestWaitMs, soonestDeadlineMs) - runMs - timerMs;
}

/**
 * The most rows whose batch still lets the oldest request meet the target. Where it can't be met any more, it is not helped by ever
 * smaller batches, which would only make the others wait too: the batch may take half the target then, and its rows at least
 * as long as what it costs whatever its size.
 */
function batchCap({ oldestWaitMs, latency }: BatchSnapshot, limits: BatchPolicy): number {
  const { maxBatchSize, targetLatencyMs, maxRunMs } = limits;
  if (latency === null || latency.perRowMs === 0) return maxBatchSize;
  const targetMs = maxRunMs ?? Math.max(targetLatencyMs - oldestWaitMs, targetLatencyMs / 2);
  const leftMs = Math.max(targetMs, 2 * latency.fixedMs);
  const rows = Math.floor((leftMs - latency.fixedMs) / latency.perRowMs);
  return Math.min(Math.max(rows, 1), maxBatchSize);
}

/** What a request that is about to join the queue finds there. */
export interface QueueOutlook {
  /** Requests that go before it. */
  ahead: number;
  idleWorkers: number;
  readyWorkers: number;
  latency: BatchLatency | null;
}

/**
 * The least time until a request could be answered, by what is known beyond doubt: the rows before it and its own, shared by all
 * workers. 0 where a worker is idle: it is tried then, which is also how an estimate that has become wrong mends itself.
 */
export function leastAnswerMs({ ahead, idleWorkers, readyWorkers, latency }: QueueOutlook): number {
  if (latency === null || idleWorkers > 0 || readyWorkers === 0) return 0;
  return (latency.perRowAtLeastMs * (ahead + 1)) / readyWorkers;
}

/** How long the requests that wait now will take, in ms, by the last batches; null where no worker is ready or nothing is known. */
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
