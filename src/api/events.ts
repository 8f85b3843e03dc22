import type { Alert } from './alerts.js';
import type { CanaryGuard } from './canary.js';
import type { Decision, ModelIdentity } from './result.js';

/** A decision, for listeners of the event `decision`. It carries your request `id`. */
export interface DecisionRecord {
  id?: string;
  decision: Decision;
  fraudProbability: number | null;
  riskScore: number | null;
  model: ModelIdentity;
  source: 'model' | 'fallback';
  /** Milliseconds since the epoch. */
  at: number;
}

/** A worker that died while it was in use, or that hangs. It is replaced. */
export interface WorkerLostEvent {
  /** The cause, as far as it is known. */
  reason: string;
  /** The version that the worker served. */
  version: string;
  /** How many workers of all versions are ready now. */
  readyWorkers: number;
}

/** The kinds of change of a version. */
export type DeploymentEventType =
  | 'deployed'
  | 'failed'
  | 'traffic'
  | 'promoted'
  | 'rolledBack'
  | 'failedOver'
  | 'retired'
  | 'canaryStep'
  | 'canaryWaiting'
  | 'canaryAborted'
  | 'policy';

/** A change of a version. */
export interface DeploymentEvent {
  type: DeploymentEventType;
  /** The version that changed; null if its name could not be read, or if the event is about all versions. */
  version: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** Why it happened, if there is something to say. */
  reason?: string;
  /** The version's new share of the traffic, in [0, 1]; absent if the share did not change. */
  traffic?: number;
  /** For an aborted canary: the guard that aborted it. */
  guard?: CanaryGuard;
  /** For an aborted canary: the measured value; null if the gate aborted it. */
  seen?: number | null;
  /** For an aborted canary: the limit; null if the gate aborted it. */
  allowed?: number | null;
}

/** The events of a scorer, with the arguments of their listeners. */
export interface FraudScorerEvents {
  alert: [alert: Alert];
  alertCleared: [alert: Alert];
  decision: [record: DecisionRecord];
  deployment: [event: DeploymentEvent];
  workerLost: [event: WorkerLostEvent];
}
