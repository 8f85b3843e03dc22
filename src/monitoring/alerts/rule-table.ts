import type { AlertRule, AlertSnapshot, AlertThresholds, DriftSeen, FailureCounts } from '../../api/alerts.js';
import { burnRate } from './burn-rate.js';
import { type Finding, type Rule, type Seen, whole } from './rule.js';
import { ofTraffic, ofVersions, whileBusy } from './views.js';

/** What the host has set. */
export interface RuleSettings extends AlertThresholds {
  /** Of `batching`, in ms. */
  targetLatencyMs: number;
}

/** A rule before the host has set anything; what is left out is as in `usual`. */
export interface RuleSpec extends Partial<Omit<Rule, 'name' | 'threshold' | 'clearAt' | 'see' | 'describe'>> {
  readonly limit: (settings: RuleSettings) => number;
  /** Whether it is raised by what happened, and not by a value beyond a threshold. */
  readonly isSwitch?: boolean;
  /** Where it is cleared. */
  readonly clearAt?: (limit: number) => number;
  readonly see: (snapshot: AlertSnapshot, settings: RuleSettings) => readonly Seen[] | null;
  readonly describe: (finding: Finding, settings: RuleSettings) => string;
  readonly advice: string;
}

/** What most rules have. */
export const usual = {
  bad: 'above',
  raiseAfter: 1,
  clearAfter: 1,
  // Fewer requests, or labels, say nothing.
  minimumVolume: 10,
  severity: null,
  affectsHealth: true,
  isUrgent: false,
} as const satisfies Partial<Rule>;

/** All rules of the package, in the order in which they are looked at. docs/alerts.md has the same table for people. */
export const ruleTable: Readonly<Record<AlertRule, RuleSpec>> = {
  latency: {
    limit: ({ maxLatencyMs }) => maxLatencyMs,
    see: ofTraffic(({ recent: { p99LatencyMs, latencySamples } }) => ({ value: p99LatencyMs, volume: latencySamples })),
    describe: ({ value, allowed }) => `P99 latency of ${value.toFixed(1)} ms over 10 s, allowed ${allowed} ms`,
    advice:
      'Compare queueMs with inferenceMs in summary().recent.performance: a long queue wants more workers, a long inference a smaller batch or model',
  },
  throughput: {
    limit: ({ minThroughputPerSecond }) => minThroughputPerSecond,
    bad: 'below',
    see: ({ waitedWholeWindow, recent }) => whole(waitedWholeWindow ? recent.rowsPerSecond : null),
    describe: ({ value, allowed }) =>
      `${value.toFixed(1)} rows/s while requests waited for 10 s, expected ${allowed} rows/s`,
    advice: 'Look at summary().workers, whether all are ready, and at inferenceMs, whether they have become slow',
  },
  errorRate: {
    limit: ({ maxErrorRate }) => maxErrorRate,
    see: ofTraffic(({ recent: { errorRate, requests } }) => ({ value: errorRate, volume: requests })),
    describe: ({ value, allowed }) => `Error rate of ${percent(value)} over 10 s, allowed ${percent(allowed)}`,
    advice:
      'Compare failed with expired in summary().requests: expired requests are load, failed ones have their cause in the log and the error codes',
  },
  fallbackRate: {
    limit: ({ maxFallbackRate }) => maxFallbackRate,
    see: ofTraffic(({ recent: { fallbackRate, settled } }) => ({ value: fallbackRate, volume: settled })),
    describe: ({ value, allowed }) =>
      `The fallback answered ${percent(value)} of requests over 10 s, allowed ${percent(allowed)}`,
    advice:
      'Look at summary().requests for what it stands in for (rejected, expired or failed), and at summary().queue',
  },
  memory: {
    limit: ({ maxMemoryGb }) => maxMemoryGb,
    see: ({ memoryGb }) => (memoryGb === null ? null : whole(memoryGb)),
    describe: ({ value, allowed }) => `Resident memory of ${value.toFixed(2)} GiB, allowed ${allowed} GiB`,
    advice:
      "Look at summary().recent.performance.memoryGb over time: a steady climb is a leak, which the host's heap snapshot shows; a step is a version or workers that were added",
  },
  falsePositiveRate: {
    limit: ({ maxFalsePositiveRate }) => maxFalsePositiveRate,
    see: ofTraffic(({ labels }) => ({ value: labels.falsePositiveRate, volume: labels.recent })),
    describe: ({ value, allowed }) =>
      `False positive rate of ${percent(value)} over the latest labels, allowed ${percent(allowed)}`,
    advice: 'Look at deployments() for the version that flags them, then at its thresholds (setPolicy)',
  },
  failover: {
    limit: () => 0,
    isSwitch: true,
    see: ({ failover }) => whole(failover === null ? null : 1),
    describe: ({ snapshot }) => snapshot.failover ?? 'The version that took over serves well, or the host has acted',
    advice: 'Look at the log for the version that failed; promote() or deploy() a sound one',
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
    // One burst is in the window for ten looks.
    raiseAfter: 15,
    // Bulk work is slower than the target by design, and the target may be no choice of the host's.
    affectsHealth: false,
    minimumVolume: 100,
    severity: 'warning',
    see: ofTraffic(({ recent: { p99LatencyMs, latencySamples } }) => ({ value: p99LatencyMs, volume: latencySamples })),
    describe: ({ value, allowed }, { targetLatencyMs, maxTargetLatencyRatio }) =>
      `P99 latency of ${value.toFixed(1)} ms over 10 s, allowed ${allowed} ms (${maxTargetLatencyRatio} times the target of ${targetLatencyMs} ms)`,
    advice:
      "Run batching: 'auto', or set batching.targetLatencyMs to what the model can keep; recommendBatchSize says what that is",
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
    advice: 'Look at summary().requests for the kind of failure, and at the log for when it began',
  },
  queueDepth: {
    limit: ({ maxQueueShare }) => maxQueueShare,
    raiseAfter: 3,
    severity: 'warning',
    // health() says so by itself.
    affectsHealth: false,
    see: ({ queue: { depth, maxDepth } }) => whole(depth / maxDepth),
    describe: ({ value, allowed, snapshot: { queue } }) =>
      `${queue.depth} of ${queue.maxDepth} places in the queue are taken (${percent(value)}), allowed ${percent(allowed)}`,
    advice:
      'Shed or spread load now: a full queue refuses requests. Then look at summary().workers for ones that are missing or slow',
  },
  drift: {
    limit: ({ maxDrift }) => maxDrift,
    affectsHealth: false,
    // There is no reading of fewer rows than the option `drift.minRows`.
    minimumVolume: 1,
    see: whileBusy(ofVersions(({ drift }) => (drift === null ? null : { value: drift.psi, volume: drift.rows }))),
    describe: ({ value, allowed, version, snapshot }) => {
      const drift = snapshot.versions.find((other) => other.version === version)?.drift;
      return `Drift from the training data: population stability index of ${value.toFixed(2)} for ${driftWords(drift)}, allowed ${allowed}`;
    },
    advice:
      'Look at what feeds it: a changed unit, a default value, a new market; if the change is real, train the model anew',
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
      'Look at its shadow.flips in deployments(), for the direction, before it gets traffic; thresholds of its own may be all it wants',
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
      'Look whether labels still come in, and whether recordOutcome() answers true: their ids must be those of score()',
  },
  sampleRatio: {
    limit: ({ minSampleRatioP }) => minSampleRatioP,
    bad: 'below',
    clearAt: (limit) => insideShare(limit, 9 * limit),
    // One look in ten thousand is this unlikely by chance alone; a real mismatch stays.
    raiseAfter: 60,
    severity: 'warning',
    affectsHealth: false,
    see: ({ sampleRatioP }) => whole(sampleRatioP),
    describe: ({ value, allowed }) =>
      `Requests do not come to the versions as their shares say: p of ${value.toExponential(1)}, allowed ${allowed}`,
    advice:
      'Trust no comparison meanwhile: look for requests of one version that are lost, retried or routed by another key',
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
      "Fit the manifest's calibration anew on recent labels; thresholds of the policy mean something else until then",
  },
};

/** So far inside a limit that a share must not be below; half way to 1 at most, as no share is above that. */
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
