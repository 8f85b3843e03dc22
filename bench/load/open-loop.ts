import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';
import type { Pace } from './pacer.js';
import { PoissonArrivals } from './poisson-arrivals.js';

/** One request of an open loop: sent when its time has come, whether or not others are answered. */
export type Send = (index: number) => Promise<unknown>;

export interface OpenLoopOptions {
  ratePerSecond: number;
  durationMs: number;
  send: Send;
  /** Whether a request's latency is kept. @default all */
  keep?: (index: number) => boolean;
  /** Told of each answer: when the request was to be sent, and when it was answered, in ms of `now`. @default nothing */
  onAnswer?: (intended: number, answered: number) => void;
  /** Ends the loop before its time. */
  signal?: AbortSignal;
  pace: Pace;
  /** Milliseconds, monotonic. */
  now?: () => number;
  random?: () => number;
}

export interface OpenLoopReport {
  sent: number;
  failed: number;
  /** Of those that were answered and are kept; null where there are none. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
}

/**
 * Sends at Poisson arrivals and measures each latency from the intended send time, so that a stall counts for
 * every request that should have been sent in it (the coordinated omission of closed loops).
 */
export async function openLoop({
  ratePerSecond,
  durationMs,
  send,
  keep = () => true,
  onAnswer = () => {},
  signal,
  pace,
  now = () => performance.now(),
  random = Math.random,
}: OpenLoopOptions): Promise<OpenLoopReport> {
  const latencies = new LatencyHistogram();
  const start = now();
  const end = start + durationMs;
  const arrivals = new PoissonArrivals(ratePerSecond, start, random);
  let [sent, failed, settled] = [0, 0, 0];
  while (arrivals.next < end && signal?.aborted !== true) {
    const time = now();
    while (arrivals.next <= time && arrivals.next < end) {
      const [intended, index] = [arrivals.take(), sent];
      sent += 1;
      send(index).then(
        () => {
          settled += 1;
          const answered = now();
          if (keep(index)) latencies.record(answered - intended);
          onAnswer(intended, answered);
        },
        () => {
          settled += 1;
          failed += 1;
        },
      );
    }
    await pace.pause();
  }
  while (settled < sent) await pace.pause();
  const [p50, p95, p99, p999] = [50, 95, 99, 99.9].map((percentile) => latencies.percentile(percentile));
  return { sent, failed, p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null, p999: p999 ?? null };
}
