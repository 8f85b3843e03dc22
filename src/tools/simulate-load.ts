import type { BatchLimits } from '../api/options.js';
import { type BatchSnapshot, decideBatch } from '../scheduling/batch-policy.js';
import type { RunTimes } from './run-times.js';
import { seededUniform } from './seeded-uniform.js';

/** Sessions behind the batch policy, as they would be served. */
export interface SimulatedSystem {
  sessions: number;
  limits: BatchLimits;
  runTimes: RunTimes;
}

export interface SimulatedLoad {
  /** Requests that arrive at random (Poisson); above 0. */
  ratePerSecond: number;
  /** How long they arrive, about. What arrives in the first and the last tenth is not looked at: the system fills and empties then. */
  durationMs: number;
}

interface Batch {
  doneAtMs: number;
  /** Its requests, by their places in the order of arrival. */
  from: number;
  to: number;
}

/** Timers of Node.js are no finer. */
const timerMs = 1;

/** Arrivals that are looked at, whatever the rate: enough for a P99, and no more than take a moment. */
const leastArrivals = 2_000;
const mostArrivals = 200_000;

/**
 * The P99 of the latency of requests, with the policy that serves and the run times that were measured, in virtual time: no thread runs.
 * A run takes what it would with the sessions that are busy when it begins, and the host takes no time.
 *
 * @returns milliseconds; the same every time.
 */
export function simulatedP99Ms(system: SimulatedSystem, load: SimulatedLoad): number {
  const { sessions, limits, runTimes } = system;
  const arrivals = poissonArrivals(load);
  const latency = runTimes.line(sessions, limits.maxBatchSize);
  const latenciesMs = new Float64Array(arrivals.length);
  let running: Batch[] = [];
  let arrived = 0;
  let sent = 0;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  for (let done = 0; done < arrivals.length; ) {
    let nowMs = running.reduce((soonest, { doneAtMs }) => Math.min(soonest, doneAtMs), Number.POSITIVE_INFINITY);
    // While all are busy nothing can be sent.
    if (running.length < sessions) nowMs = Math.min(nowMs, wakeAtMs, arrivals[arrived] ?? Number.POSITIVE_INFINITY);
    while (arrived < arrivals.length && (arrivals[arrived] as number) <= nowMs) arrived += 1;
    for (const { doneAtMs, from, to } of running) {
      if (doneAtMs > nowMs) continue;
      for (let place = from; place < to; place += 1) latenciesMs[place] = doneAtMs - (arrivals[place] as number);
      done += to - from;
    }
    running = running.filter(({ doneAtMs }) => doneAtMs > nowMs);
    wakeAtMs = Number.POSITIVE_INFINITY;
    while (running.length < sessions) {
      const idle = sessions - running.length;
      const snapshot: BatchSnapshot = {
        waiting: arrived - sent,
        oldestWaitMs: nowMs - (arrivals[sent] ?? nowMs),
        soonestDeadlineMs: Number.POSITIVE_INFINITY,
        idleWorkers: idle,
        freePlaces: idle,
        latency,
        columnsWait: false,
        sentSinceColumns: 0,
      };
      const decision = decideBatch(snapshot, limits);
      if (decision.action !== 'send') {
        if (decision.action === 'wait') wakeAtMs = nowMs + Math.max(timerMs, Math.ceil(decision.ms));
        break;
      }
      const doneAtMs = nowMs + runTimes.ms(running.length + 1, decision.rows);
      running.push({ doneAtMs, from: sent, to: sent + decision.rows });
      sent += decision.rows;
    }
  }
  const looked = latenciesMs.subarray(Math.floor(arrivals.length * 0.1), Math.ceil(arrivals.length * 0.9)).sort();
  return looked[Math.floor(0.99 * looked.length)] ?? Number.NaN;
}

/** @returns milliseconds, ascending. */
function poissonArrivals({ ratePerSecond, durationMs }: SimulatedLoad): Float64Array {
  if (!(ratePerSecond > 0) || !Number.isFinite(ratePerSecond)) {
    throw new RangeError(`ratePerSecond: expected a number above 0, received ${ratePerSecond}`);
  }
  const count = Math.min(Math.max(Math.round((ratePerSecond * durationMs) / 1000), leastArrivals), mostArrivals);
  const uniform = seededUniform(20_261_123);
  let atMs = 0;
  return Float64Array.from({ length: count }, () => {
    atMs -= (Math.log(uniform()) * 1000) / ratePerSecond;
    return atMs;
  });
}
