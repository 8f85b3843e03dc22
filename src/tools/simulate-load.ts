import { type BatchLimits, decideBatch } from '../batching/batch-policy.js';
import type { RunTimes } from './run-times.js';
import { seededUniform } from './seeded-uniform.js';

/** Sessions behind the batch policy, as they would be served. */
export interface SimulatedSystem {
  sessions: number;
  limits: BatchLimits;
  runTimes: RunTimes;
}

interface Batch {
  doneAtMs: number;
  arrivedAtMs: readonly number[];
}

/** Timers of Node.js are no finer. */
const timerMs = 1;

/**
 * The P99 of the latency of requests that arrive at random (Poisson), with the policy that serves and the run times that were measured, in
 * virtual time: no thread runs. A run takes what it would with the sessions that are busy when it begins, and the host takes no time.
 *
 * @param requests how many arrive; the same ones every time.
 * @returns milliseconds.
 */
export function simulatedP99Ms(system: SimulatedSystem, ratePerSecond: number, requests: number): number {
  const { sessions, limits, runTimes } = system;
  const arrivals = poissonArrivals(ratePerSecond, requests);
  const latency = runTimes.line(sessions, limits.maxBatchSize);
  const latenciesMs: number[] = [];
  let running: Batch[] = [];
  let arrived = 0;
  let sent = 0;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  while (latenciesMs.length < requests) {
    const nextArrivalMs = arrivals[arrived] ?? Number.POSITIVE_INFINITY;
    const nowMs = Math.min(nextArrivalMs, wakeAtMs, ...running.map(({ doneAtMs }) => doneAtMs));
    if (nextArrivalMs === nowMs) arrived += 1;
    for (const { doneAtMs, arrivedAtMs } of running) {
      if (doneAtMs === nowMs) for (const atMs of arrivedAtMs) latenciesMs.push(nowMs - atMs);
    }
    running = running.filter(({ doneAtMs }) => doneAtMs > nowMs);
    wakeAtMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const idle = sessions - running.length;
      const decision = decideBatch(
        {
          ...{ waiting: arrived - sent, oldestWaitMs: nowMs - (arrivals[sent] ?? nowMs), latency },
          ...{ idleWorkers: idle, freeLanes: idle, soonestDeadlineMs: Number.POSITIVE_INFINITY },
          ...{ columnsWait: false, sentSinceColumns: 0 },
        },
        limits,
      );
      if (decision.action !== 'send') {
        if (decision.action === 'wait') wakeAtMs = nowMs + Math.max(timerMs, Math.ceil(decision.ms));
        break;
      }
      const doneAtMs = nowMs + runTimes.ms(running.length + 1, decision.rows);
      running.push({ doneAtMs, arrivedAtMs: arrivals.slice(sent, sent + decision.rows) });
      sent += decision.rows;
    }
  }
  latenciesMs.sort((a, b) => a - b);
  return latenciesMs[Math.floor(0.99 * requests)] ?? Number.NaN;
}

/** @returns milliseconds, ascending. */
function poissonArrivals(ratePerSecond: number, count: number): number[] {
  const uniform = seededUniform(20_261_123);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs -= (Math.log(uniform()) * 1000) / ratePerSecond;
    return atMs;
  });
}
