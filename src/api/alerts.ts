import type { DeploymentRole } from './deployment.js';
import type { Patch } from './patch.js';

/** The rules that watch a scorer. docs/alerts.md says what each means, and what to do first. */
export type AlertRule =
  | 'latency'
  | 'throughput'
  | 'errorRate'
  | 'fallbackRate'
  | 'memory'
  | 'falsePositiveRate'
  | 'workers'
  | 'failover'
  | 'targetLatency'
  | 'fastBurnRate'
  | 'slowBurnRate'
  | 'queueDepth'
  | 'drift'
  | 'shadowFlips'
  | 'labelCoverage'
  | 'sampleRatio'
  | 'calibration';

/** A rule of the package, or the name of one of the host's own. */
export type AlertName = AlertRule | (string & {});

/** How urgent an alert is. */
export type AlertSeverity = 'warning' | 'critical';

/** A rule's threshold was crossed. Raised once, and cleared once when the value is well back. */
export interface Alert {
  rule: AlertName;
  /**
   * As the options say; else `critical` for some rules, and for most where the value was beyond twice the threshold (below half of it where
   * low values are bad) when the alert was raised. docs/alerts.md lists them.
   */
  severity: AlertSeverity;
  /** The version it is about; null where it is about the scorer as a whole. */
  version: string | null;
  /** The value seen: ms, rows/s, a share, GiB, or workers that are ready, as the threshold. */
  value: number;
  /** The limit, as in the options. JSON makes null of `Infinity`. */
  threshold: number;
  /** When it was raised, in milliseconds since the epoch. */
  since: number;
  /** What was seen and what is allowed; of an alert that stands, also what to look at first. */
  message: string;
  /** What to look at first. Empty for a rule of the host's that says nothing. */
  advice: string;
}

/** An alert that was raised, with when it was cleared. */
export interface AlertRecord extends Alert {
  /** In milliseconds since the epoch; null while it stands. */
  clearedAt: number | null;
}

/** The alerts of a scorer. */
export interface AlertsSummary {
  /** Those that stand, in the order in which they were raised. */
  active: Alert[];
  /** The last 100 that were raised, those that stand included; the latest first. */
  history: AlertRecord[];
}

/** Where each alert is raised. `Infinity` (0 for the ones that begin with `min`) switches one off. */
export interface AlertThresholds {
  /** P99 of the latency, in ms. @default 100 */
  maxLatencyMs: number;
  /** Rows a second while work was waiting the whole window. @default 100 */
  minThroughputPerSecond: number;
  /** (failed + expired) / (total − rejected − cancelled). @default 0.01 */
  maxErrorRate: number;
  /** Requests answered by the fallback, of all that settled. @default 0.05 */
  maxFallbackRate: number;
  /** Resident memory of the process, in GiB. @default 8 */
  maxMemoryGb: number;
  /** Of the most recent labels. @default 0.05 */
  maxFalsePositiveRate: number;
  /** P99 of the latency as a multiple of `batching.targetLatencyMs`. @default 1 */
  maxTargetLatencyRatio: number;
  /** Share of requests that must not fail: the target that the burn rates are of. Above 0 and below 1. @default 0.9999 */
  availabilityTarget: number;
  /** How many times faster than allowed errors use up the budget of the availability target, over 1 h and over 5 min. @default 14.4 */
  maxFastBurnRate: number;
  /** The same over 6 h and over 30 min. @default 6 */
  maxSlowBurnRate: number;
  /** Requests that wait, as a share of `maxQueueSize`. @default 0.8 */
  maxQueueShare: number;
  /** Population stability index of the score, or of the feature that has drifted most. @default 0.25 */
  maxDrift: number;
  /** Share of compared requests, over 10 min, that a shadow decides otherwise than the primary. @default 0.1 */
  maxShadowFlipRate: number;
  /** Share of decisions with a label, of those with an id. Labels come late, so that this is for the host to set. @default 0 */
  minLabelCoverage: number;
  /** Probability, by chance alone, of shares of the traffic as far from the ones that were set. @default 0.0001 */
  minSampleRatioP: number;
  /** Mean difference between the probability of fraud and the share of fraud, over ten bins (expected calibration error). @default 0.05 */
  maxCalibrationError: number;
}

/** When a rule is raised and cleared, whatever its threshold is. Every field may be left out: docs/alerts.md has the defaults. */
export interface AlertRuleOptions {
  /** How urgent it always is. @default by the rule and the value */
  severity?: AlertSeverity | undefined;
  /** The value at which it is cleared: inside the threshold. @default a tenth inside, for most rules */
  clearAt?: number | undefined;
  /** Looks in a row, one a second, that must be beyond the threshold before it is raised; 1 to 86,400. @default 1, for most rules */
  raiseAfter?: number | undefined;
  /** Looks in a row that must be well back before it is cleared; 1 to 86,400. @default 1 */
  clearAfter?: number | undefined;
  /** Fewer requests, rows or labels say nothing. At least 0. @default 10, for most rules */
  minimumVolume?: number | undefined;
}

/** A rule of the host's own. Looked at once a second, after the package's rules. */
export interface CustomAlert {
  /** A letter, then at most 63 letters, digits, `.`, `_` or `-`; of no other rule. */
  name: string;
  /**
   * The value to compare with the threshold, from what is seen now; null where there is nothing to judge by. Synchronous and quick. Where it
   * throws, or returns anything but a finite number, null or undefined, the log says so once, and nothing is raised or cleared.
   *
   * @param version with `byVersion` the version to look at, else null.
   */
  look: (snapshot: AlertSnapshot, version: VersionSnapshot | null) => number | null | undefined;
  /** The alert is raised beyond it. */
  threshold: number;
  /** Which values are bad: those above the threshold, or those below. @default 'above' */
  bad?: 'above' | 'below' | undefined;
  /** @default 'warning' */
  severity?: AlertSeverity | undefined;
  /** Where high values are bad: cleared at this value or below it; at most the threshold. @default a tenth inside the threshold */
  clearBelow?: number | undefined;
  /** Where low values are bad: cleared at this value or above it; at least the threshold. @default a tenth inside the threshold */
  clearAbove?: number | undefined;
  /** Looks in a row that must be beyond the threshold; 1 to 86,400. @default 1 */
  raiseAfter?: number | undefined;
  /** Looks in a row that must be well back; 1 to 86,400. @default 1 */
  clearAfter?: number | undefined;
  /** Requests of the last 10 seconds below which nothing is judged, and a standing alert is cleared. At least 0. @default 0 */
  minimumVolume?: number | undefined;
  /** Asked for each version that is live, and raised by version. @default false */
  byVersion?: boolean | undefined;
  /** What is seen, for the message. @default 'NAME is' */
  description?: string | undefined;
  /** What to look at first, for the message. @default none */
  advice?: string | undefined;
  /** Whether `health()` is degraded while it stands. @default true */
  affectsHealth?: boolean | undefined;
}

/** The rules that watch a scorer, and where they are raised. Every field may be left out. */
export interface AlertOptions extends Patch<AlertThresholds> {
  /**
   * Days that a label may take before `labelCoverage` counts its decision; 0 to 89, whole. A decision is counted once its day (in UTC) has been
   * over for so many days. 0: decisions of every age are counted. @default 0
   */
  labelDelayDays?: number | undefined;
  /** By rule: `false` switches it off, and an object says when it is raised and cleared. */
  rules?: { readonly [Rule in AlertRule]?: false | AlertRuleOptions | undefined } | undefined;
  /** Rules of the host's own, at most 100. @default none */
  custom?: readonly CustomAlert[] | undefined;
}

/** Requests over some time. */
export interface FailureCounts {
  /** Requests that were the scorer's to answer: those that succeeded, failed or expired. */
  readonly requests: number;
  /** Of `requests`, those that failed or expired. */
  readonly failed: number;
}

/** Requests of the last 10 seconds. A share without a denominator, or a percentile without a sample, is null. */
export interface TrafficSnapshot extends FailureCounts {
  /** Requests of any outcome, those refused or cancelled included. */
  readonly settled: number;
  /** Of `settled`, those that the fallback answered. */
  readonly fallbacks: number;
  readonly errorRate: number | null;
  readonly fallbackRate: number | null;
  /** Requests in the latency distribution: those that the model answered. */
  readonly latencySamples: number;
  readonly p99LatencyMs: number | null;
  /** Rows answered by the model a second, those of `scoreColumns` included. */
  readonly rowsPerSecond: number;
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

/** How far what a version sees is from what it was trained on. */
export interface DriftSeen {
  /** Rows that were compared. */
  readonly rows: number;
  /** Population stability index of the score, or of the feature that has drifted most; at least 0. */
  readonly psi: number;
  /** What has drifted most: a feature's name, or 'the score'. */
  readonly worst: string;
  /** The feature that has drifted most: where the score has drifted further, a likely cause. @default not known */
  readonly feature?: string;
}

/** A shadow beside the primary, over the last 10 minutes. */
export interface FlipsSeen {
  readonly compared: number;
  /** Of `compared`, those with another decision than the primary's. */
  readonly flipped: number;
}

/** How a version's probabilities compare with the labels. */
export interface CalibrationSeen {
  readonly labels: number;
  /** Expected calibration error, in [0, 1]. */
  readonly error: number;
}

/** The latest labels of legitimate transactions, at most 1,000. */
export interface LabelsSeen {
  readonly recent: number;
  /** The share of them that was flagged; null without one. */
  readonly falsePositiveRate: number | null;
}

/** How many decisions have a label, of those with an id that are old enough by `labelDelayDays`. */
export interface CoverageSeen {
  readonly decided: number;
  readonly labelled: number;
  /** null without decisions. */
  readonly coverage: number | null;
}

/** One version as the rules see it. */
export interface VersionSnapshot {
  readonly version: string;
  readonly role: DeploymentRole;
  /** Its share of the traffic, in [0, 1]. */
  readonly traffic: number;
  readonly recent: TrafficSnapshot;
  /** Decisions since it began to serve, and how many of them have a label. */
  readonly decisions: number;
  readonly labelled: number;
  /** Of its own decisions. */
  readonly labels: LabelsSeen;
  readonly coverage: CoverageSeen;
  /** null where drift is not measured, or there is too little to tell. */
  readonly drift: DriftSeen | null;
  /** null for a version that is no shadow. */
  readonly flips: FlipsSeen | null;
  /** null where there are no labels. */
  readonly calibration: CalibrationSeen | null;
}

/** What the rules look at, once a second. */
export interface AlertSnapshot {
  /** When it was taken, in milliseconds since the epoch. */
  readonly at: number;
  /** Seconds that `recent` is over: 10, or less after a start. */
  readonly windowSeconds: number;
  /** All versions together. */
  readonly recent: TrafficSnapshot;
  /** Whether there was always a request waiting for a worker in the last 10 seconds. */
  readonly waitedWholeWindow: boolean;
  /** All versions together, over longer times: in whole minutes, the current one included. */
  readonly failures: {
    readonly last5Minutes: FailureCounts;
    readonly last30Minutes: FailureCounts;
    readonly lastHour: FailureCounts;
    readonly last6Hours: FailureCounts;
  };
  readonly queue: {
    /** Requests waiting for a worker. */
    readonly depth: number;
    readonly maxDepth: number;
  };
  /** Resident memory of the process, in GiB; null where the system does not tell. */
  readonly memoryGb: number | null;
  readonly workers: Readonly<WorkersSeen>;
  /** Of all versions. */
  readonly labels: LabelsSeen;
  /** What happened where the primary handed over to its standby by itself; null where it did not. */
  readonly failover: string | null;
  /** Probability, by chance alone, of shares as far from the ones that were set; null where nothing is compared. */
  readonly sampleRatioP: number | null;
  /** The versions that are live, the primary first. */
  readonly versions: readonly VersionSnapshot[];
}
