import type { AlertRule } from '../api/events.js';
import type { AlertThresholds } from '../api/options.js';

/** All rules, for whoever tells of those too that raise nothing now. */
export const alertRules = [
  'latency',
  'throughput',
  'errorRate',
  'fallbackRate',
  'memory',
  'falsePositiveRate',
  'workers',
  'failover',
] as const satisfies readonly AlertRule[];

/** What the rules look at: the window of the last 10 seconds, and what has no window. */
export interface AlertSnapshot {
  /** Requests answered by the model in the window, and their P99. */
  latencySamples: number;
  p99LatencyMs: number | null;
  rowsPerSecond: number;
  /** Whether there was always a request waiting for a worker. */
  waitedWholeWindow: boolean;
  /** Requests the error rate is a share of. */
  errorSamples: number;
  errorRate: number | null;
  /** Requests the fallback rate is a share of. */
  settled: number;
  fallbackRate: number | null;
  /** null where the system does not tell. */
  memoryGb: number | null;
  workers: WorkersSeen;
  /** Labels the false positive rate is a share of. */
  labels: number;
  falsePositiveRate: number | null;
  /** What happened where the primary handed over to its standby by itself; null where it did not. */
  failover: string | null;
}

/** The workers at one moment. */
export interface WorkersSeen {
  ready: number;
  configured: number;
  /** Missing because one hung, or could not be replaced; one that died is on its way back, and no news. */
  troubled: number;
  /** What the trouble is, where it is known. */
  problem?: string | null;
}

/** One rule's view of a snapshot. */
export interface Observation {
  rule: AlertRule;
  /** null where there is too little to judge by. */
  value: number | null;
  threshold: number;
  /** Whether it is the low values that are bad. */
  lowIsBad: boolean;
  describe: (value: number) => string;
}

/** Fewer requests, or labels, say nothing. */
export const minSamples = 10;

export function observe(snapshot: AlertSnapshot, thresholds: AlertThresholds): Observation[] {
  const { p99LatencyMs, rowsPerSecond, errorRate, fallbackRate, workers, falsePositiveRate } = snapshot;
  return [
    {
      rule: 'latency',
      value: snapshot.latencySamples >= minSamples ? p99LatencyMs : null,
      threshold: thresholds.maxLatencyMs,
      lowIsBad: false,
      describe: (value) => `P99 latency of ${value.toFixed(1)} ms over 10 s, allowed ${thresholds.maxLatencyMs} ms`,
    },
    {
      rule: 'throughput',
      value: snapshot.waitedWholeWindow ? rowsPerSecond : null,
      threshold: thresholds.minThroughputPerSecond,
      lowIsBad: true,
      describe: (value) =>
        `${value.toFixed(1)} rows/s while requests waited for 10 s, expected ${thresholds.minThroughputPerSecond} rows/s`,
    },
    {
      rule: 'errorRate',
      value: snapshot.errorSamples >= minSamples ? errorRate : null,
      threshold: thresholds.maxErrorRate,
      lowIsBad: false,
      describe: (value) => `Error rate of ${percent(value)} over 10 s, allowed ${percent(thresholds.maxErrorRate)}`,
    },
    {
      rule: 'fallbackRate',
      value: snapshot.settled >= minSamples ? fallbackRate : null,
      threshold: thresholds.maxFallbackRate,
      lowIsBad: false,
      describe: (value) =>
        `The fallback answered ${percent(value)} of requests over 10 s, allowed ${percent(thresholds.maxFallbackRate)}`,
    },
    ...observeMemory(snapshot, thresholds),
    {
      rule: 'falsePositiveRate',
      value: snapshot.labels >= minSamples ? falsePositiveRate : null,
      threshold: thresholds.maxFalsePositiveRate,
      lowIsBad: false,
      describe: (value) =>
        `False positive rate of ${percent(value)} over the latest labels, allowed ${percent(thresholds.maxFalsePositiveRate)}`,
    },
    {
      rule: 'failover',
      value: snapshot.failover === null ? null : 1,
      threshold: 0,
      lowIsBad: false,
      describe: () => snapshot.failover ?? 'The primary is again one that the host chose',
    },
    {
      rule: 'workers',
      value: workers.troubled > 0 ? workers.ready : null,
      threshold: workers.configured,
      lowIsBad: true,
      describe: (value) =>
        `${value} of ${workers.configured} workers are ready: ${workers.problem ?? 'one hung, or could not be replaced'}`,
    },
  ];
}

/** Without a sample there is no observation: a value of null would clear an alert that may still hold. */
function observeMemory({ memoryGb }: AlertSnapshot, { maxMemoryGb }: AlertThresholds): Observation[] {
  if (memoryGb === null) return [];
  return [
    {
      rule: 'memory',
      value: memoryGb,
      threshold: maxMemoryGb,
      lowIsBad: false,
      describe: (value) => `Resident memory of ${value.toFixed(2)} GiB, allowed ${maxMemoryGb} GiB`,
    },
  ];
}

/** Beyond the threshold. */
export function isBreached({ value, threshold, lowIsBad }: Observation): boolean {
  if (value === null) return false;
  return lowIsBad ? value < threshold : value > threshold;
}

/** A tenth inside the threshold, so that a value that hovers about it raises once; or nothing left to judge by. */
export function isWellBack({ value, threshold, lowIsBad }: Observation): boolean {
  if (value === null) return true;
  return lowIsBad ? value >= threshold * 1.1 : value <= threshold * 0.9;
}

export function severityOf({ value, threshold, lowIsBad }: Observation): 'warning' | 'critical' {
  if (value === null) return 'warning';
  return (lowIsBad ? value < threshold / 2 : value > threshold * 2) ? 'critical' : 'warning';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
