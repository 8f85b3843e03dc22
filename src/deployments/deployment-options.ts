import type { Settler } from '../answering/settler.js';
import type { UnknownFeatures } from '../api/options.js';
import type { Decide, DecisionPolicy } from '../api/policy.js';
import type { RecordRole } from '../api/records.js';
import type { Explain } from '../api/request.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { Traces } from '../monitoring/traces/traces.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { DecisionLog } from '../records/host/decision-log.js';
import type { KnownNames } from '../requests/known-names.js';
import type { RequestTable } from '../requests/request-table.js';
import type { Waiters } from '../requests/waiters.js';
import type { BatchPolicy } from '../scheduling/batch-policy.js';
import type { Deployment } from './deployment.js';
import type { DriftSetting } from './drift-watch-of.js';
import type { MemoryPool } from './memory-pool.js';
import type { ServingWorkersOptions, WorkersObserver } from './serving-workers.js';

export interface DeploymentOptions extends ServingWorkersOptions, DriftSetting {
  batching: BatchPolicy;
  /** Which answers get reasons if a request does not say. */
  explain: Explain;
  /** The host's function `decide`. */
  decide: Decide | undefined;
  unknownFeatures: UnknownFeatures;
  /** The host's thresholds. */
  policy: Partial<DecisionPolicy>;
  /** The number of workers from the host; null if it follows from the share. */
  workersGiven: number | null;
}

/** The parts that a deployment shares with the other versions of its scorer. */
export interface DeploymentParts {
  clock: Clock;
  table: RequestTable;
  settler: Settler;
  stats: VersionStats;
  /**
   * The statistics of calls of `scoreColumns`. Such calls always come from a caller, even if all other requests are copies. @default stats
   */
  columnStats?: VersionStats | undefined;
  workers: WorkersObserver;
  /** The feature names that any version knows. */
  knownNames: KnownNames;
  /** Memory of versions that have gone. @default none is kept */
  memoryPool?: MemoryPool | undefined;
  /** Whether batches may be sent now. @default always */
  mayRun?: (() => boolean) | undefined;
  /** Tracing of requests and batches. Shadows have none. */
  traces?: Traces | undefined;
  /** Where decisions go to be recorded. */
  log: DecisionLog;
  /** Which part this version has in decisions now. */
  roleOf: (deployment: Deployment) => RecordRole;
  /** The number of a row's request among those that shadows have copies of. */
  copyNumber: (row: number) => number;
  /** Called each time that no request waits for this version any more. */
  onEmpty?: (() => void) | undefined;
  /** Told when something has left the queue or was settled. */
  changes: Waiters;
  onExplanationFailure: (reason: string) => void;
  onDecideFailure: (reason: string) => void;
  /** Gets notes about thresholds that have no effect. */
  onPolicyNote: (note: string) => void;
  onFault: FaultReport;
}
