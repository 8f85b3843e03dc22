import type { BatchLimits } from '../api/options.js';
import { systemClock } from '../host/clock.js';
import type { ProfileEntry } from './profile-model.js';
import { isWithin, recommendBatchSize } from './recommend-batch-size.js';
import { RunTimes } from './run-times.js';
import { simulatedP99Ms } from './simulate-load.js';

export interface RecommendBatchingOptions {
  target: 'throughput' | 'latency';
  /** How long a request should take at most. */
  targetLatencyMs: number;
  /** How many sessions will run at the same time on a device, where that is not to be found. */
  sessions?: number;
  /** How many devices share the requests. @default 1 */
  devices?: number;
}

export interface BatchingRecommendation {
  /** How many should run at the same time: on a GPU, for each device. */
  sessions: number;
  limits: BatchLimits;
}

/** What so many sessions do at the batch size that suits them. */
interface Candidate {
  sessions: number;
  batchSize: number;
  rowsPerSecond: number;
  /** Whether it is within the latency budget and the memory. */
  fits: boolean;
}

/** The share of the target latency that a batch may take of a session: the rest is for the wait before it. */
const batchShare = 0.5;

/** More sessions must bring so many times the rows of fewer, or they only take memory; and holding back so much less latency. */
const worthwhile = 1.1;

/** Shares of the most rows a second at which delays are compared, and what a host's event loop takes at most (see `bench/`). */
const loads = [0.1, 0.3, 0.6, 0.8];
const mostOfHostPerSecond = 500_000;

/** How long a load is simulated: at least so long, and so many of the longest runs. */
const leastSimulatedMs = 40;
const simulatedRuns = 20;

/** Milliseconds, as timers are no finer; beyond a fifth of the target latency none is tried. */
const delaysMs = [0, 1, 2];
const longestDelayShare = 0.2;

/**
 * How batches should form by what was measured: the batch size with the most rows a second (or the shortest run) whose P99 leaves half the
 * target latency for the wait; as many sessions as bring a tenth more rows than fewer; and the delay with the shortest P99 at the load
 * where it is longest.
 *
 * @param entries of one provider.
 * @returns null where nothing was measured.
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
  // What they cost one another is known of those that were measured together alone, and one never gains by waiting.
  const isSimulated = served > 1 && served <= chosen.sessions && mostPerSecond > 0;
  const maxQueueDelayMs = isSimulated ? await delayThatPays(entries, served, limits, mostPerSecond) : 0;
  return { sessions: served, limits: { ...limits, maxQueueDelayMs } };
}

/** By sessions, ascending. */
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

/** The fewest, but where more bring enough; of those that fit, where any does. */
function bestOf(candidates: readonly Candidate[]): Candidate | null {
  const fitting = candidates.filter(({ fits }) => fits);
  // Where nothing fits, more of it would fit even less.
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
 * By a simulation of the batch policy with the measured times. A delay pays where sessions slow one another down, or each takes long over a
 * batch of one: it keeps the last idle one for more than a single request. Elsewhere an idle one does best to take what waits.
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
      // Each takes some milliseconds, which the host may have other uses for.
      await new Promise<void>((resolve) => systemClock.soon(resolve));
      const ratePerSecond = load * mostPerSecond;
      p99Ms = Math.max(p99Ms, simulatedP99Ms(system, { ratePerSecond, durationMs }));
    }
    if (p99Ms * worthwhile < best.p99Ms) best = { delayMs, p99Ms };
  }
  return best.delayMs;
}
