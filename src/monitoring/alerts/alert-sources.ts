import type { CalibrationSeen, DriftSeen, WorkersSeen } from '../../api/alerts.js';
import type { DeploymentRole } from '../../api/deployment.js';
import type { VersionStats } from '../version-stats.js';

/** A version that is live, as far as alerts depend on it. */
export interface VersionSource {
  readonly version: string;
  readonly role: DeploymentRole;
  /** Its share of the traffic, in [0, 1]. */
  readonly traffic: number;
  readonly stats: Pick<VersionStats, 'history' | 'decisions' | 'labels'>;
  /** Of a shadow, since it began: requests compared, and those decided otherwise. */
  readonly flips: { readonly compared: number; readonly flipped: number } | null;
}

/** Where the rules have their numbers from, beside what the monitor counts. Read once a second. */
export interface AlertSources {
  /** The versions that are live, the primary first. */
  versions: () => readonly VersionSource[];
  /** Since when, on the monotonic clock, requests have always been waiting; null where none is. */
  waitingSince: () => number | null;
  workers: () => WorkersSeen;
  /** What happened where the primary handed over to its standby by itself; null where it did not. */
  failover: () => string | null;
  /** Requests waiting for a worker. @default none */
  queueDepth?: () => number;
  /** Of the shares of the traffic; costs some microseconds. @default nothing is compared */
  sampleRatioP?: () => number | null;
  /** How far a live version has drifted. @default not measured */
  drift?: (version: string) => DriftSeen | null;
  /** How well a live version is calibrated. @default no labels */
  calibration?: (version: string) => CalibrationSeen | null;
}
