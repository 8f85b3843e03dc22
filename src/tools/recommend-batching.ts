import type { BatchLimits } from '../batching/batch-policy.js';
import type { ProfileEntry } from './profile-model.js';
import { recommendBatchSize } from './recommend-batch-size.js';
import { RunTimes } from './run-times.js';
import { simulatedP99Ms } from './simulate-load.js';

export interface RecommendBatchingOptions {
  target: 'throughput' | 'latency';
  /** How long a request should take at most. */
  targetLatencyMs: number;
  /** How many will run at the same time, where that is not to be found. */
  sessions?: number;
}

export interface BatchingRecommendation {
  /** How many should run at the same time: on a GPU, for each device. */
  sessions: number;
  limits: BatchLimits;
}

/** The share of the target latency that a batch may take of a session: the rest is for the wait before it. */
const batchShare = 0.5;

/** More sessions must bring so many times the rows, or they only take memory; and holding back so much less latency. */
const worthwhile = 1.1;

/** Shares of the most rows a second at which delays are compared, and what a host's event loop takes at most (see `bench/`). */
const loads = [0.1, 0.3, 0.6, 0.8];
const mostOfHostPerSecond = 500_000;

/** Milliseconds, as timers are no finer; beyond a fifth of the target latency none is tried. */
const delaysMs = [0, 1, 2];
const longestDelayShare = 0.2;

const simulatedRequests = 3_000;

/**
 * How batches should form by what was measured: the batch size with the most rows a second (or the shortest run) whose P99 leaves half the
 * target latency for the wait; as many sessions as bring a tenth more rows than fewer; and the delay with the shortest P99 at the load where it
 * is longest, by a simulation of the batch policy with the measured times. A delay pays where several sessions slow one another down, or
 * each takes long over a batch of one: it keeps the last idle one for more than a single request. Elsewhere an idle one does best to take what waits.
 *
 * @param entries of one provider.
 * @returns null where nothing was measured.
 */
export function recommendBatching(
  entries: readonly ProfileEntry[],
  { target, targetLatencyMs, sessions }: RecommendBatchingOptions,
): BatchingRecommendation | null {
  const counts = [...new Set(entries.map((entry) => entry.sessions))].sort((a, b) => a - b);
  const candidates = counts.map((count) => {
    const own = entries.filter((entry) => entry.sessions === count);
    const batchSize = recommendBatchSize(own, { target, latencyBudgetMs: targetLatencyMs * batchShare });
    const rowsPerSecond = own.find((entry) => entry.batchSize === batchSize)?.rowsPerSecond ?? 0;
    return { sessions: count, batchSize, rowsPerSecond };
  });
  const most = Math.max(...candidates.map(({ rowsPerSecond }) => rowsPerSecond));
  const chosen =
    sessions === undefined
      ? candidates.find(({ rowsPerSecond }) => rowsPerSecond * worthwhile >= most)
      : (candidates.find((candidate) => candidate.sessions >= sessions) ?? candidates.at(-1));
  if (chosen === undefined) return null;
  const { batchSize: maxBatchSize, rowsPerSecond } = chosen;
  const served = sessions ?? chosen.sessions;
  const mostPerSecond = Math.min((rowsPerSecond * served) / chosen.sessions, mostOfHostPerSecond);
  const runTimes = new RunTimes(entries);
  let best = { delayMs: 0, p99Ms: Number.POSITIVE_INFINITY };
  for (const delayMs of delaysMs) {
    if (delayMs > longestDelayShare * targetLatencyMs) break;
    const limits = { maxBatchSize, maxQueueDelayMs: delayMs, targetLatencyMs };
    const system = { sessions: served, limits, runTimes };
    const p99s = loads.map((load) => simulatedP99Ms(system, load * mostPerSecond, simulatedRequests));
    const p99Ms = Math.max(...p99s);
    if (p99Ms * worthwhile < best.p99Ms) best = { delayMs, p99Ms };
  }
  return { sessions: served, limits: { maxBatchSize, maxQueueDelayMs: best.delayMs, targetLatencyMs } };
}
