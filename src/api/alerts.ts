import type { DeploymentRole } from './deployment.js';
import type { Patch } from './patch.js';

/** The built-in rules that watch a scorer. docs/alerts.md explains each rule and says what to do first. */
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

/** The name of a built-in rule, or of one of your own rules. */
export type AlertName = AlertRule | (string & {});

/** How urgent an alert is. */
export type AlertSeverity = 'warning' | 'critical';

/**
 * An alert: the value of a rule is beyond its threshold. It is raised once. It is cleared once, when the value is well back inside the
 * threshold.
 */
export interface Alert {
  rule: AlertName;
  /**
   * The severity that the options set. By default some rules are always `critical`. Most other rules are `critical` if the value was beyond
   * twice the threshold when the alert was raised (below half of the threshold, where low values are bad). docs/alerts.md lists the rules.
   */
  severity: AlertSeverity;
  /** The version that the alert is about; null if it is about the whole scorer. */
  version: string | null;
  /** The measured value, in the unit of the threshold: ms, rows/s, a share in [0, 1], GiB or a number of ready workers. */
  value: number;
  /** The limit from the options. JSON turns `Infinity` into null. */
  threshold: number;
  /** The time at which the alert was raised, in milliseconds since the epoch. */
  since: number;
  /** The measured value and the limit, in words. While the alert is active, the message also says what to look at first. */
  message: string;
  /** What to look at first. Empty if your own rule gives no advice. */
  advice: string;
}

/** An alert from the history, with the time at which it was cleared. */
export interface AlertRecord extends Alert {
  /** In milliseconds since the epoch; null while the alert is active. */
  clearedAt: number | null;
}

/** The alerts of a scorer. */
export interface AlertsSummary {
  /** The active alerts, in the order in which they were raised. */
  active: Alert[];
  /** The last 100 alerts that were raised, active ones included. The latest comes first. */
  history: AlertRecord[];
}

/** The threshold of each rule. `Infinity` switches a rule off (0 for the fields that begin with `min`). */
export interface AlertThresholds {
  /** P99 of the latency of requests, in ms. @default 100 */
  maxLatencyMs: number;
  /** Rows per second. The rule applies only if requests waited for a worker during the whole window. @default 100 */
  minThroughputPerSecond: number;
  /** (failed + expired) / (total − rejected − cancelled), in [0, 1]. @default 0.01 */
  maxErrorRate: number;
  /** Requests answered by the fallback / all settled requests, in [0, 1]. @default 0.05 */
  maxFallbackRate: number;
  /** Resident memory of the process, in GiB. @default 8 */
  maxMemoryGb: number;
  /** False positive rate of the most recent labels, in [0, 1]. @default 0.05 */
  maxFalsePositiveRate: number;
  /** P99 of the latency / `batching.targetLatencyMs`. @default 1 */
  maxTargetLatencyRatio: number;
  /** The share of requests that must not fail. The burn rates are measured against it. Above 0 and below 1. @default 0.9999 */
  availabilityTarget: number;
  /**
   * Burn rate over 1 h and over 5 min: how many times faster than allowed the errors use up the error budget of `availabilityTarget`.
   * @default 14.4
   */
  maxFastBurnRate: number;
  /** Burn rate over 6 h and over 30 min. @default 6 */
  maxSlowBurnRate: number;
  /** Waiting requests / `maxQueueSize`, in [0, 1]. @default 0.8 */
  maxQueueShare: number;
  /** Population stability index (PSI) of the score, or of the feature that has drifted most. @default 0.25 */
  maxDrift: number;
  /** Flips / compared requests of a shadow over 10 minutes, in [0, 1]. @default 0.1 */
  maxShadowFlipRate: number;
  /**
   * Decisions with a label / decisions about requests with an `id`, in [0, 1]. Labels come late, so only you can know a good value.
   * @default 0
   */
  minLabelCoverage: number;
  /** Probability that chance alone makes the traffic differ this much from the configured shares. @default 0.0001 */
  minSampleRatioP: number;
  /** Expected calibration error: the mean difference between the fraud probability and the share of fraud, over ten bins. @default 0.05 */
  maxCalibrationError: number;
}

/** When a rule raises and clears its alert. Every field is optional; docs/alerts.md lists the defaults. */
export interface AlertRuleOptions {
  /** The severity of all alerts of this rule. @default depends on the rule and the value */
  severity?: AlertSeverity | undefined;
  /** The value at which the alert is cleared. It must be inside the threshold. @default a tenth inside the threshold, for most rules */
  clearAt?: number | undefined;
  /**
   * How many checks in a row must be beyond the threshold before the alert is raised. There is one check per second. 1 to 86,400. @default
   * 1, for most rules
   */
  raiseAfter?: number | undefined;
  /** How many checks in a row must be well back inside the threshold before the alert is cleared. 1 to 86,400. @default 1 */
  clearAfter?: number | undefined;
  /** The rule is not judged on fewer requests, rows or labels than this. At least 0. @default 10, for most rules */
  minimumVolume?: number | undefined;
}

/** A rule of your own. It is checked once a second, after the built-in rules. */
export interface CustomAlert {
  /** A letter, then at most 63 letters, digits, `.`, `_` or `-`. No other rule may have the same name. */
  name: string;
  /**
   * Returns the value to compare with the threshold, or null if there is nothing to judge. It must be synchronous and fast. If it throws,
   * or returns anything but a finite number, null or undefined, this is logged once, and no alert is raised or cleared.
   *
   * @param version the version to check if `byVersion` is set, else null.
   */
  look: (snapshot: AlertSnapshot, version: VersionSnapshot | null) => number | null | undefined;
  /** The alert is raised when the value is beyond this threshold. */
  threshold: number;
  /** Which values are bad: those above the threshold or those below it. @default 'above' */
  bad?: 'above' | 'below' | undefined;
  /** @default 'warning' */
  severity?: AlertSeverity | undefined;
  /**
   * Only where high values are bad: the alert is cleared at this value or below it. At most `threshold`. @default a tenth inside the
   * threshold
   */
  clearBelow?: number | undefined;
  /**
   * Only where low values are bad: the alert is cleared at this value or above it. At least `threshold`. @default a tenth inside the
   * threshold
   */
  clearAbove?: number | undefined;
  /** How many checks in a row must be beyond the threshold before the alert is raised. 1 to 86,400. @default 1 */
  raiseAfter?: number | undefined;
  /** How many checks in a row must be well back inside the threshold before the alert is cleared. 1 to 86,400. @default 1 */
  clearAfter?: number | undefined;
  /** With fewer requests than this in the last 10 seconds, nothing is judged, and an active alert is cleared. At least 0. @default 0 */
  minimumVolume?: number | undefined;
  /** Checks each live version separately and raises an alert for each. @default false */
  byVersion?: boolean | undefined;
  /** Describes the value in the message. @default 'NAME is' */
  description?: string | undefined;
  /** Says in the message what to look at first. @default none */
  advice?: string | undefined;
  /** Whether `health()` is `degraded` while the alert is active. @default true */
  affectsHealth?: boolean | undefined;
}

/** The thresholds and the options of the rules that watch a scorer. Every field is optional. */
export interface AlertOptions extends Patch<AlertThresholds> {
  /**
   * How many days a label may take before `labelCoverage` counts its decision. An integer from 0 to 89. A decision counts after its day
   * (UTC) has been over for that many days. With 0, decisions of every age count. @default 0
   */
  labelDelayDays?: number | undefined;
  /** Options by rule: `false` switches the rule off, an object changes when its alert is raised and cleared. */
  rules?: { readonly [Rule in AlertRule]?: false | AlertRuleOptions | undefined } | undefined;
  /** Your own rules, at most 100. @default none */
  custom?: readonly CustomAlert[] | undefined;
}

/** Requests and failures during a period. */
export interface FailureCounts {
  /** Requests that succeeded, failed or expired. */
  readonly requests: number;
  /** Those of `requests` that failed or expired. */
  readonly failed: number;
}

/** Requests of the last 10 seconds. A ratio is null if its denominator is 0. A percentile is null without samples. */
export interface TrafficSnapshot extends FailureCounts {
  /** Requests with any outcome, rejected and cancelled ones included. */
  readonly settled: number;
  /** Those of `settled` that the fallback answered. */
  readonly fallbacks: number;
  readonly errorRate: number | null;
  readonly fallbackRate: number | null;
  /** Requests that the model answered: the samples of the latency distribution. */
  readonly latencySamples: number;
  readonly p99LatencyMs: number | null;
  /** Rows that the model answered per second, rows of `scoreColumns` included. */
  readonly rowsPerSecond: number;
}

/** The workers at one moment. */
export interface WorkersSeen {
  ready: number;
  configured: number;
  /** Missing workers that hung or could not be replaced. A worker that died and is being replaced does not count. */
  troubled: number;
  /** The cause, if it is known. */
  problem?: string | null;
}

/** How far the rows that a version sees are from its training data. */
export interface DriftSeen {
  /** Rows that were compared. */
  readonly rows: number;
  /** Population stability index of the score, or of the feature that has drifted most; at least 0. */
  readonly psi: number;
  /** What has drifted most: the name of a feature, or 'the score'. */
  readonly worst: string;
  /** The feature that has drifted most. If the score has drifted further, this feature is a likely cause. @default not known */
  readonly feature?: string;
}

/** A shadow compared with the primary, over the last 10 minutes. */
export interface FlipsSeen {
  readonly compared: number;
  /** Compared requests that the shadow decided otherwise than the primary. */
  readonly flipped: number;
}

/** How a version's probabilities compare with the labels. */
export interface CalibrationSeen {
  readonly labels: number;
  /** Expected calibration error, in [0, 1]. */
  readonly error: number;
}

/** The latest labels of legitimate transactions, at most 1,000 of them. */
export interface LabelsSeen {
  readonly recent: number;
  /** The share of them that was blocked or reviewed, in [0, 1]; null without a label. */
  readonly falsePositiveRate: number | null;
}

/** How many decisions have a label. Counts decisions about requests with an `id` that are old enough by `labelDelayDays`. */
export interface CoverageSeen {
  readonly decided: number;
  readonly labelled: number;
  /** labelled / decided, in [0, 1]; null without decisions. */
  readonly coverage: number | null;
}

/** One version as the rules see it. */
export interface VersionSnapshot {
  readonly version: string;
  readonly role: DeploymentRole;
  /** Its share of the traffic, in [0, 1]. */
  readonly traffic: number;
  readonly recent: TrafficSnapshot;
  /** Decisions since the version began to serve, and how many of them have a label. */
  readonly decisions: number;
  readonly labelled: number;
  /** Labels of this version's own decisions. */
  readonly labels: LabelsSeen;
  readonly coverage: CoverageSeen;
  /** null if drift is not measured, or if there are too few rows. */
  readonly drift: DriftSeen | null;
  /** null if the version is not a shadow. */
  readonly flips: FlipsSeen | null;
  /** null without labels. */
  readonly calibration: CalibrationSeen | null;
}

/** The values that the rules check, once a second. */
export interface AlertSnapshot {
  /** When the snapshot was taken, in milliseconds since the epoch. */
  readonly at: number;
  /** Length of the period of `recent`, in seconds: 10, or less after a start. */
  readonly windowSeconds: number;
  /** All versions together. */
  readonly recent: TrafficSnapshot;
  /** Whether there was always a request waiting for a worker in the last 10 seconds. */
  readonly waitedWholeWindow: boolean;
  /** All versions together over longer periods, in whole minutes. The current minute is included. */
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
  /** Resident memory of the process, in GiB; null if the operating system does not report it. */
  readonly memoryGb: number | null;
  readonly workers: Readonly<WorkersSeen>;
  /** Labels of all versions together. */
  readonly labels: LabelsSeen;
  /** Describes the failover from the primary to its standby; null if there was none. */
  readonly failover: string | null;
  /** Probability that chance alone makes the traffic differ this much from the configured shares; null if nothing is compared. */
  readonly sampleRatioP: number | null;
  /** The live versions, the primary first. */
  readonly versions: readonly VersionSnapshot[];
}
