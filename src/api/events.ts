import type { Alert } from './alerts.js';
import type { CanaryGuard } from './canary.js';
import type { Decision, ModelIdentity } from './result.js';

/** A decision that was taken, for hosts that subscribe to `decision`. Carries the host's id: subscribing is asking for it. */
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

/** A worker that died while it was in use, or hangs. It is replaced. */
export interface WorkerLostEvent {
  /** Why, as far as it is known. */
  reason: string;
  /** The version of the model that it served. */
  version: string;
  /** How many workers are ready now, of all versions. */
  readyWorkers: number;
}

/** What can become of a version. */
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

/** Something became of a version. */
export interface DeploymentEvent {
  type: DeploymentEventType;
  /** The version it is about; null where it could not be read, or where it is about all. */
  version: string | null;
  /** Milliseconds since the epoch. */
  at: number;
  /** Why, where there is something to say. */
  reason?: string;
  /** Its share of the traffic from now on, in [0, 1], where that changed. */
  traffic?: number;
  /** Of an aborted canary: what it broke. */
  guard?: CanaryGuard;
  /** Of an aborted canary: what was seen; null for the host's own gate. */
  seen?: number | null;
  /** Of an aborted canary: what is allowed; null for the host's own gate. */
  allowed?: number | null;
}

/** The events of a scorer and what each listener is given. */
export interface FraudScorerEvents {
  alert: [alert: Alert];
  alertCleared: [alert: Alert];
  decision: [record: DecisionRecord];
  deployment: [event: DeploymentEvent];
  workerLost: [event: WorkerLostEvent];
}
