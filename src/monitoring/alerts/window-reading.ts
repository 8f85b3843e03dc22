import type { TrafficSnapshot } from '../../api/alerts.js';
import type { LatencyHistogram } from '../latency-histogram.js';
import { percentileOf } from '../latency-percentile.js';
import type { PerformanceHistory } from '../performance-history.js';
import { ratio } from '../ratio.js';

/** The counts over the window of the last 10 seconds. */
interface WindowCounts {
  requests: number;
  failed: number;
  settled: number;
  fallbacks: number;
  rows: number;
  maxMs: number;
  /** Together they are the latencies of the window. */
  latencies: LatencyHistogram[];
}

/** Reads the windows of histories. Reads each only once, and does not add up histograms, because that would take milliseconds. */
export class WindowReader {
  readonly #windowMs: number;
  readonly #counts = new Map<PerformanceHistory, WindowCounts>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** All these histories together. */
  read(histories: readonly PerformanceHistory[]): TrafficSnapshot {
    const sum: WindowCounts = noCounts();
    for (const history of histories) {
      const counts = this.#countsOf(history);
      sum.requests += counts.requests;
      sum.failed += counts.failed;
      sum.settled += counts.settled;
      sum.fallbacks += counts.fallbacks;
      sum.rows += counts.rows;
      sum.maxMs = Math.max(sum.maxMs, counts.maxMs);
      sum.latencies.push(...counts.latencies);
    }
    return this.#traffic(sum);
  }

  #countsOf(history: PerformanceHistory): WindowCounts {
    const known = this.#counts.get(history);
    if (known !== undefined) return known;
    const counts = noCounts();
    history.eachRecent(({ requests, rows, latency }) => {
      const { settled } = requests;
      counts.rows += rows;
      counts.maxMs = Math.max(counts.maxMs, latency.maxMs);
      if (settled === 0) return;
      counts.settled += settled;
      counts.requests += requests.accepted;
      counts.failed += requests.unanswered;
      counts.fallbacks += requests.fallbackCount;
    });
    counts.latencies.push(...history.recentLatencies);
    this.#counts.set(history, counts);
    return counts;
  }

  #traffic({ requests, failed, settled, fallbacks, rows, maxMs, latencies }: WindowCounts): TrafficSnapshot {
    return {
      requests,
      failed,
      settled,
      fallbacks,
      errorRate: ratio(failed, requests),
      fallbackRate: ratio(fallbacks, settled),
      latencySamples: latencies.reduce((sum, { count }) => sum + count, 0),
      p99LatencyMs: percentileOf(latencies, 99, maxMs),
      rowsPerSecond: (rows * 1000) / Math.max(this.#windowMs, 1),
    };
  }
}

function noCounts(): WindowCounts {
  return { requests: 0, failed: 0, settled: 0, fallbacks: 0, rows: 0, maxMs: 0, latencies: [] };
}
