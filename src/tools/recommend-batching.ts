import type { BatchLimits } from '../api/options.js';
import { systemClock } from '../host/clock.js';
import type { ProfileEntry } from './profile-model.js';
import { isWithin, recommendBatchSize } from './recommend-batch-size.js';
import { RunTimes } from './run-times.js';
import { simulatedP99Ms } from './simulate-load.js';

export interface RecommendBatchingOptions {
  target: 'throughput' | 'latency';
  /** The latency that a request should not exceed. */
  targetLatencyMs: number;
  /** The number of sessions per device, if it is fixed. */
  sessions?: number;
  /** The number of devices that share the requests. @default 1 */
  devices?: number;
}

export interface BatchingRecommendation {
  /** The number of sessions; on a GPU, for each device. */
  sessions: number;
  limits: BatchLimits;
}

/** The result of a number of sessions at its best batch size. */
interface Candidate {
  sessions: number;
  batchSize: number;
  rowsPerSecond: number;
  /** Whether it is within the latency budget and the memory. */
  fits: boolean;
}

/** The share of the target latency that a batch may take in a session. The rest is for waiting. */
const batchShare = 0.5;

/** More sessions must give this many times the rows, or they only take memory. A delay must shorten the latency by the same factor. */
const worthwhile = 1.1;

/**
 * The loads at which delays are compared, as shares of the highest throughput, and the most that a host's event loop can handle (see
 * `bench/`).
 */
const loads = [0.1, 0.3, 0.6, 0.8];
const mostOfHostPerSecond = 500_000;

/** The duration of a simulated load: at least this long, and at least this many of the longest runs. */
const leastSimulatedMs = 40;
const simulatedRuns = 20;

/** In milliseconds, the resolution of timers. Delays above a fifth of the target latency are not tried. */
const delaysMs = [0, 1, 2];
const longestDelayShare = 0.2;

/**
 * Recommends batching options from measurements. The batch size has the most rows per second (or the shortest run) with a P99 that leaves
 * half the target latency for waiting. The number of sessions is the highest that still gives a tenth more rows than fewer sessions. The
 * delay has the shortest P99 at the load where the P99 is longest.
 *
 * @param entries results of one provider.
 * @returns null if nothing was measured.
 */
export async function recommendBatching(
  entries: readonly ProfileEntry[],
  { target, targetLatencyMs, sessions, devices = 1 }: RecommendBatchingOptions,
): Promise<BatchingRecommendation | null> {
  const candidates = candidatesOf(entries, target, targetLatencyMs * batchShare);
  const chosen = sessions === undefined ? bestOf(candidates) : nearestTo(sessions, candidates);
  if (chosen === null) return null;
  const served = sessions ?? chosen.sessions;
  const limits = { maxBatchSize: chosen.batchSize, maxQueueDelayMs: 0, targetLatencyMs };
  const mostPerSecond = Math.min((chosen.rowsPerSecond * served) / chosen.sessions, mostOfHostPerSecond / devices);
  // Only sessions that were measured together show how much they slow each other down. A single session never gains from a delay.
  const isSimulated = served > 1 && served <= chosen.sessions && mostPerSecond > 0;
  const maxQueueDelayMs = isSimulated ? await delayThatPays(entries, served, limits, mostPerSecond) : 0;
  return { sessions: served, limits: { ...limits, maxQueueDelayMs } };
}

/** Sorted by sessions, ascending. */
function candidatesOf(
  entries: readonly ProfileEntry[],
  target: RecommendBatchingOptions['target'],
  latencyBudgetMs: number,
): Candidate[] {
  const counts = [...new Set(entries.map((entry) => entry.sessions))].sort((a, b) => a - b);
  return counts.flatMap((sessions) => {
    const own = entries.filter((entry) => entry.sessions === sessions);
    const batchSize = recommendBatchSize(own, { target, latencyBudgetMs });
    const best = own.find((entry) => entry.batchSize === batchSize);
    if (best === undefined) return [];
    return [{ sessions, batchSize, rowsPerSecond: best.rowsPerSecond, fits: isWithin(best, latencyBudgetMs) }];
  });
}

/** The fewest sessions, unless more give enough. Among those that fit, if any do. */
function bestOf(candidates: readonly Candidate[]): Candidate | null {
  const fitting = candidates.filter(({ fits }) => fits);
  // If none fits, more sessions would fit even less.
  const [first, ...others] = fitting.length > 0 ? fitting : candidates.slice(0, 1);
  let best = first ?? null;
  for (const candidate of others) {
    if (best !== null && candidate.rowsPerSecond >= best.rowsPerSecond * worthwhile) best = candidate;
  }
  return best;
}

function nearestTo(sessions: number, candidates: readonly Candidate[]): Candidate | null {
  return candidates.find((candidate) => candidate.sessions >= sessions) ?? candidates.at(-1) ?? null;
}

/**
 * Simulates the batch policy with the measured times. A delay helps if sessions slow each other down, or if each needs long for a batch of
 * one. Then it keeps the last idle session for more than a single request. Otherwise an idle session should take the waiting requests at
 * once.
 */
async function delayThatPays(
  entries: readonly ProfileEntry[],
  sessions: number,
  limits: BatchLimits,
  mostPerSecond: number,
): Promise<number> {
  const runTimes = new RunTimes(entries);
  const durationMs = Math.max(leastSimulatedMs, simulatedRuns * runTimes.ms(sessions, limits.maxBatchSize));
  let best = { delayMs: 0, p99Ms: Number.POSITIVE_INFINITY };
  for (const delayMs of delaysMs) {
    if (delayMs > longestDelayShare * limits.targetLatencyMs) break;
    const system = { sessions, limits: { ...limits, maxQueueDelayMs: delayMs }, runTimes };
    let p99Ms = 0;
    for (const load of loads) {
      // Each simulation takes some milliseconds, so the host gets turns in between.
      await new Promise<void>((resolve) => systemClock.soon(resolve));
      const ratePerSecond = load * mostPerSecond;
      p99Ms = Math.max(p99Ms, simulatedP99Ms(system, { ratePerSecond, durationMs }));
    }
    if (p99Ms * worthwhile < best.p99Ms) best = { delayMs, p99Ms };
  }
  return best.delayMs;
}
