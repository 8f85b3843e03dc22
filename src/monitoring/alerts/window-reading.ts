import type { TrafficSnapshot } from '../../api/alerts.js';
import { percentileOf } from '../latency-percentile.js';
import type { PerformanceHistory } from '../performance-history.js';
import { ratio } from '../ratio.js';

/**
 * What was counted over the window of the last 10 seconds, by all of these histories together: without adding up their histograms, which would
 * take milliseconds.
 */
export function readTraffic(histories: readonly PerformanceHistory[], windowMs: number): TrafficSnapshot {
  let [requests, failed, settled, fallbacks, rows, maxMs] = [0, 0, 0, 0, 0, 0];
  for (const history of histories) {
    history.eachRecent((recorder) => {
      const counts = recorder.requests;
      requests += counts.accepted;
      failed += counts.unanswered;
      settled += counts.settled;
      fallbacks += counts.fallbackCount;
      rows += recorder.rows;
      maxMs = Math.max(maxMs, recorder.latency.maxMs);
    });
  }
  const latencies = histories.flatMap((history) => history.recentLatencies);
  const latencySamples = latencies.reduce((sum, { count }) => sum + count, 0);
  const p99 = percentileOf(latencies, 99);
  return {
    requests,
    failed,
    settled,
    fallbacks,
    errorRate: ratio(failed, requests),
    fallbackRate: ratio(fallbacks, settled),
    latencySamples,
    // A bucket's upper end may lie above the highest value that was recorded in it.
    p99LatencyMs: p99 === null ? null : Math.min(p99, maxMs),
    rowsPerSecond: (rows * 1000) / Math.max(windowMs, 1),
  };
}
