import type { BatchLimits } from '../api/options.js';
import { type BatchSnapshot, decideBatch } from '../scheduling/batch-policy.js';
import type { RunTimes } from './run-times.js';
import { seededUniform } from './seeded-uniform.js';

/** Sessions behind the batch policy, as in production. */
export interface SimulatedSystem {
  sessions: number;
  limits: BatchLimits;
  runTimes: RunTimes;
}

export interface SimulatedLoad {
  /** Requests arrive at random (Poisson) at this rate; above 0. */
  ratePerSecond: number;
  /** About how long requests arrive. Requests in the first and the last tenth are ignored, because the system fills and empties then. */
  durationMs: number;
}

interface Batch {
  doneAtMs: number;
  /** Its requests, by their positions in the order of arrival. */
  from: number;
  to: number;
}

/** The resolution of Node.js timers. */
const timerMs = 1;

/** The least number of arrivals, for any rate: enough for a P99, and few enough to be fast. */
const leastArrivals = 2_000;
const mostArrivals = 200_000;

/**
 * Simulates the P99 latency of requests with the real policy and the measured run times, in virtual time without threads. A run takes the
 * time measured for the number of sessions that are busy when it begins. The host takes no time.
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
    // While all sessions are busy, nothing can be sent.
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
