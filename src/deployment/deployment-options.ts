import type { ResourceLimits } from 'node:worker_threads';
import type { AnsweredBatch } from '../batching/batch.js';
import type { BatchLimits } from '../batching/batch-policy.js';
import type { Clock } from '../clock.js';
import type { ColumnCall } from '../columns/column-call.js';
import type { Scores } from '../decision/scores.js';
import type { FraudScorerError } from '../errors.js';
import type { FaultReport } from '../faults.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { DecisionPolicy, Provider, ProviderAttempt } from '../types.js';

export interface DeploymentOptions {
  clock: Clock;
  workerFile: string;
  workers: number;
  providers: readonly Provider[];
  devices: readonly number[];
  batching: BatchLimits;
  maxQueueSize: number;
  /** Requests that may be held for their reasons. */
  maxHeld: number;
  resourceLimits: ResourceLimits | undefined;
  workerHangMs: number;
  exitWaitMs: number;
  startTimeoutMs: number;
}

export interface DeploymentHandlers {
  onBatch: (batch: AnsweredBatch) => void;
  /** @returns whether the request is held until `batcher.letGo`. */
  onOutputs: (request: PendingRequest, scores: Scores, attention: number[] | null, batch: AnsweredBatch) => boolean;
  onAnswered: (request: PendingRequest) => void;
  onFailed: (request: PendingRequest, error: FraudScorerError) => void;
  /** Rows of `scoreColumns` came back. */
  onRowsScored: (rows: number) => void;
  onColumnsAnswered: (call: ColumnCall) => void;
  onColumnsFailed: (call: ColumnCall, error: FraudScorerError) => void;
  /** As scores are compared with it: rounded to float32. */
  policy: () => DecisionPolicy;
  /** A worker takes long to start. It goes on. */
  onWorkerSlow: (problem: string) => void;
  /** A worker that was in use died, or hangs. */
  onWorkerLost: (reason: string) => void;
  /** A worker that was to replace one could not get ready; it is tried again. */
  onWorkerNotReplaced: (error: Error) => void;
  /** A worker came back on a provider that is not the one before. */
  onProviderChanged: (before: Provider, now: ProviderAttempt[]) => void;
  /** The process ends though so many workers are inside the runtime. */
  onWorkersAbandoned: (workers: number) => void;
  onFault: FaultReport;
}
