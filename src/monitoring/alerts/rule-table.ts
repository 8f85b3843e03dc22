import type { AlertRule, AlertSnapshot, AlertThresholds, DriftSeen, FailureCounts } from '../../api/alerts.js';
import { burnRate } from './burn-rate.js';
import { type Finding, type Rule, type Seen, whole } from './rule.js';
import { ofTraffic, ofVersions, whileBusy } from './views.js';

/** The host's options. */
export interface RuleSettings extends AlertThresholds {
  /** The option of `batching`, in ms. */
  targetLatencyMs: number;
}

/** A rule before the host's options are applied. Absent fields are as in `usual`. */
export interface RuleSpec extends Partial<Omit<Rule, 'name' | 'threshold' | 'clearAt' | 'see' | 'describe'>> {
  readonly limit: (settings: RuleSettings) => number;
  /** Whether an event raises the alert, and not a value beyond a threshold. */
  readonly isSwitch?: boolean;
  /** The value at which the alert is cleared. */
  readonly clearAt?: (limit: number) => number;
  readonly see: (snapshot: AlertSnapshot, settings: RuleSettings) => readonly Seen[] | null;
  readonly describe: (finding: Finding, settings: RuleSettings) => string;
  readonly advice: string;
}

/** The defaults of most rules. */
export const usual = {
  bad: 'above',
  raiseAfter: 1,
  clearAfter: 1,
  // With fewer requests or labels, nothing is judged.
  minimumVolume: 10,
  severity: null,
  affectsHealth: true,
  isUrgent: false,
} as const satisfies Partial<Rule>;

/** All built-in rules, in the order in which they are checked. docs/alerts.md has the same table for people. */
export const ruleTable: Readonly<Record<AlertRule, RuleSpec>> = {
  latency: {
    limit: ({ maxLatencyMs }) => maxLatencyMs,
    see: ofTraffic(({ recent: { p99LatencyMs, latencySamples } }) => ({ value: p99LatencyMs, volume: latencySamples })),
    describe: ({ value, allowed }) => `P99 latency of ${value.toFixed(1)} ms over 10 s, allowed ${allowed} ms`,
    advice:
      'Compare queueMs with inferenceMs in summary().recent.performance: if the queue is long, add workers; if inference is long, use smaller batches or a smaller model',
  },
  throughput: {
    limit: ({ minThroughputPerSecond }) => minThroughputPerSecond,
    bad: 'below',
    see: ({ waitedWholeWindow, recent }) => whole(waitedWholeWindow ? recent.rowsPerSecond : null),
    describe: ({ value, allowed }) =>
      `${value.toFixed(1)} rows/s while requests waited for 10 s, expected ${allowed} rows/s`,
    advice:
      'Look at summary().workers, to see whether all are ready, and at inferenceMs, to see whether they have become slow',
  },
  errorRate: {
    limit: ({ maxErrorRate }) => maxErrorRate,
    see: ofTraffic(({ recent: { errorRate, requests } }) => ({ value: errorRate, volume: requests })),
    describe: ({ value, allowed }) => `Error rate of ${percent(value)} over 10 s, allowed ${percent(allowed)}`,
    advice:
      'Compare failed with expired in summary().requests: expired requests mean too much load; for failed requests, see the log and the error codes',
  },
  fallbackRate: {
    limit: ({ maxFallbackRate }) => maxFallbackRate,
    see: ofTraffic(({ recent: { fallbackRate, settled } }) => ({ value: fallbackRate, volume: settled })),
    describe: ({ value, allowed }) =>
      `The fallback answered ${percent(value)} of requests over 10 s, allowed ${percent(allowed)}`,
    advice:
      'Look at summary().requests to see which errors it replaces (rejected, expired or failed), and at summary().queue',
  },
  memory: {
    limit: ({ maxMemoryGb }) => maxMemoryGb,
    see: ({ memoryGb }) => (memoryGb === null ? null : whole(memoryGb)),
    describe: ({ value, allowed }) => `Resident memory of ${value.toFixed(2)} GiB, allowed ${allowed} GiB`,
    advice:
      'Look at summary().recent.performance.memoryGb over time: a steady rise is a leak, so take a heap snapshot of the host; a step comes from an added version or added workers',
  },
  falsePositiveRate: {
    limit: ({ maxFalsePositiveRate }) => maxFalsePositiveRate,
    see: ofTraffic(({ labels }) => ({ value: labels.falsePositiveRate, volume: labels.recent })),
    describe: ({ value, allowed }) =>
      `False positive rate of ${percent(value)} over the latest labels, allowed ${percent(allowed)}`,
    advice: 'Look at deployments() to find the version that flags them, then change its thresholds (setPolicy)',
  },
  failover: {
    limit: () => 0,
    isSwitch: true,
    see: ({ failover }) => whole(failover === null ? null : 1),
    describe: ({ snapshot }) => snapshot.failover ?? 'The version that took over serves well, or the host has acted',
    advice: 'Look at the log for the version that failed; then promote() or deploy() a good one',
  },
  workers: {
    limit: () => 0,
    isSwitch: true,
    bad: 'below',
    isUrgent: true,
    see: ({ workers: { ready, configured, troubled } }) => [
      { version: null, value: troubled > 0 ? ready : null, threshold: configured },
    ],
    describe: ({ value, allowed, snapshot }) =>
      `${value} of ${allowed} workers are ready: ${snapshot.workers.problem ?? 'one hung, or could not be replaced'}`,
    advice: 'Look at the log for the worker that was lost, and at summary().workers.devices',
  },
  targetLatency: {
    limit: ({ maxTargetLatencyRatio, targetLatencyMs }) => maxTargetLatencyRatio * targetLatencyMs,
    // A single burst stays in the window for ten checks.
    raiseAfter: 15,
    // Bulk work is slower than the target by design, and the host may not have chosen the target.
    affectsHealth: false,
    minimumVolume: 100,
    severity: 'warning',
    see: ofTraffic(({ recent: { p99LatencyMs, latencySamples } }) => ({ value: p99LatencyMs, volume: latencySamples })),
    describe: ({ value, allowed }, { targetLatencyMs, maxTargetLatencyRatio }) =>
      `P99 latency of ${value.toFixed(1)} ms over 10 s, allowed ${allowed} ms (${maxTargetLatencyRatio} times the target of ${targetLatencyMs} ms)`,
    advice:
      "Run batching: 'auto', or set batching.targetLatencyMs to a value that the model can meet; recommendBatchSize gives one",
  },
  fastBurnRate: {
    limit: ({ maxFastBurnRate }) => maxFastBurnRate,
    minimumVolume: 1_000,
    severity: 'critical',
    see: ({ failures: { lastHour, last5Minutes } }, { availabilityTarget }) =>
      whole(burnRate(lastHour, last5Minutes, availabilityTarget), lastHour.requests),
    describe: ({ value, allowed, snapshot: { failures } }, { availabilityTarget }) =>
      `${failureWords(failures.lastHour, '1 h')} and ${failureWords(failures.last5Minutes, '5 min')}: ${burnWords(value, allowed, availabilityTarget)}`,
    advice:
      'Act now: look at activeAlerts for errorRate and workers, and at deployments() for a new version to roll back',
  },
  slowBurnRate: {
    limit: ({ maxSlowBurnRate }) => maxSlowBurnRate,
    minimumVolume: 1_000,
    severity: 'critical',
    see: ({ failures: { last6Hours, last30Minutes } }, { availabilityTarget }) =>
      whole(burnRate(last6Hours, last30Minutes, availabilityTarget), last6Hours.requests),
    describe: ({ value, allowed, snapshot: { failures } }, { availabilityTarget }) =>
      `${failureWords(failures.last6Hours, '6 h')} and ${failureWords(failures.last30Minutes, '30 min')}: ${burnWords(value, allowed, availabilityTarget)}`,
    advice: 'Look at summary().requests to see the kind of failure, and at the log to see when it began',
  },
  queueDepth: {
    limit: ({ maxQueueShare }) => maxQueueShare,
    raiseAfter: 3,
    severity: 'warning',
    // health() reports this itself.
    affectsHealth: false,
    see: ({ queue: { depth, maxDepth } }) => whole(depth / maxDepth),
    describe: ({ value, allowed, snapshot: { queue } }) =>
      `${queue.depth} of ${queue.maxDepth} places in the queue are taken (${percent(value)}), allowed ${percent(allowed)}`,
    advice:
      'Reduce or spread the load now, because a full queue refuses requests. Then look at summary().workers for missing or slow workers',
  },
  drift: {
    limit: ({ maxDrift }) => maxDrift,
    affectsHealth: false,
    // There is no reading with fewer rows than the option `drift.minRows`.
    minimumVolume: 1,
    see: whileBusy(ofVersions(({ drift }) => (drift === null ? null : { value: drift.psi, volume: drift.rows }))),
    describe: ({ value, allowed, version, snapshot }) => {
      const drift = snapshot.versions.find((other) => other.version === version)?.drift;
      return `Drift from the training data: population stability index of ${value.toFixed(2)} for ${driftWords(drift)}, allowed ${allowed}`;
    },
    advice:
      'Look at the data source of the feature for a changed unit, a default value or a new market. If the change is real, train the model again',
  },
  shadowFlips: {
    limit: ({ maxShadowFlipRate }) => maxShadowFlipRate,
    severity: 'warning',
    affectsHealth: false,
    minimumVolume: 500,
    see: ofVersions(({ flips }) =>
      flips === null
        ? null
        : { value: flips.compared === 0 ? null : flips.flipped / flips.compared, volume: flips.compared },
    ),
    describe: ({ value, allowed }) =>
      `The shadow decided ${percent(value)} of requests otherwise than the primary over 10 min, allowed ${percent(allowed)}`,
    advice:
      'Look at its shadow.flips in deployments(), to see the direction of the flips before it gets traffic. It may only need its own thresholds',
  },
  labelCoverage: {
    limit: ({ minLabelCoverage }) => minLabelCoverage,
    bad: 'below',
    clearAt: (limit) => insideShare(limit, limit / 10),
    severity: 'warning',
    affectsHealth: false,
    minimumVolume: 1_000,
    see: whileBusy(ofVersions(({ coverage: { coverage, decided } }) => ({ value: coverage, volume: decided }))),
    describe: ({ value, allowed }) => `${percent(value)} of decisions have a label, expected ${percent(allowed)}`,
    advice:
      'Look whether labels still come in, and whether recordOutcome() answers true: the ids must be the same as in score()',
  },
  sampleRatio: {
    limit: ({ minSampleRatioP }) => minSampleRatioP,
    bad: 'below',
    clearAt: (limit) => insideShare(limit, 9 * limit),
    // By chance alone, one check in ten thousand has such a low p. A real mismatch lasts.
    raiseAfter: 60,
    severity: 'warning',
    affectsHealth: false,
    see: ({ sampleRatioP }) => whole(sampleRatioP),
    describe: ({ value, allowed }) =>
      `Requests do not come to the versions as their shares say: p of ${value.toExponential(1)}, allowed ${allowed}`,
    advice:
      'Do not trust comparisons now. Look for requests of one version that are lost, retried or routed by another key',
  },
  calibration: {
    limit: ({ maxCalibrationError }) => maxCalibrationError,
    affectsHealth: false,
    minimumVolume: 1_000,
    see: whileBusy(
      ofVersions(({ calibration }) =>
        calibration === null ? null : { value: calibration.error, volume: calibration.labels },
      ),
    ),
    describe: ({ value, allowed }) =>
      `Probabilities are ${percent(value)} off the share of fraud, on average over ten bins, allowed ${percent(allowed)}`,
    advice:
      "Fit the manifest's calibration again on recent labels. Until then, the policy's thresholds do not have their intended meaning",
  },
};

/** The clearing value inside a lower limit of a share. At most half way to 1, because no share is above 1. */
function insideShare(limit: number, margin: number): number {
  return limit + Math.min(margin, (1 - limit) / 2);
}

export const ruleNames = Object.keys(ruleTable) as AlertRule[];

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function failureWords({ requests, failed }: FailureCounts, time: string): string {
  return `${failed} of ${requests} requests failed in ${time}`;
}

function burnWords(value: number, allowed: number, target: number): string {
  return `the error budget of ${Number((target * 100).toFixed(6))}% availability is used up ${value.toFixed(1)} times too fast, allowed ${allowed} times`;
}

function driftWords(drift: DriftSeen | null | undefined): string {
  if (drift === null || drift === undefined) return 'what it sees';
  const { worst, feature, rows } = drift;
  const cause = feature === undefined || feature === worst ? '' : ` (of the features most for ${feature})`;
  return `${worst}${cause} over ${rows} rows`;
}
