import type { CalibrationSeen, DriftSeen, WorkersSeen } from '../../api/alerts.js';
import type { DeploymentRole } from '../../api/deployment.js';
import type { VersionStats } from '../version-stats.js';

/** The parts of a live version that the alerts need. */
export interface VersionSource {
  readonly version: string;
  readonly role: DeploymentRole;
  /** Its share of the traffic, in [0, 1]. */
  readonly traffic: number;
  readonly stats: Pick<VersionStats, 'history' | 'decisions' | 'labels'>;
  /** For a shadow: compared requests and flips since it began. */
  readonly flips: { readonly compared: number; readonly flipped: number } | null;
}

/** The sources of the rules' values, in addition to the monitor's counts. Read once a second. */
export interface AlertSources {
  /** The live versions, the primary first. */
  versions: () => readonly VersionSource[];
  /** Since when requests have been waiting without a break, on the monotonic clock; null if none waits. */
  waitingSince: () => number | null;
  workers: () => WorkersSeen;
  /** Describes the failover from the primary to its standby; null if there was none. */
  failover: () => string | null;
  /** Requests that wait for a worker. @default none */
  queueDepth?: () => number;
  /** The p of the sample ratio test. Takes some microseconds. @default nothing is compared */
  sampleRatioP?: () => number | null;
  /** How far a live version has drifted. @default not measured */
  drift?: (version: string) => DriftSeen | null;
  /** How well a live version is calibrated. @default no labels */
  calibration?: (version: string) => CalibrationSeen | null;
}
