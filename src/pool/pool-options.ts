import type { ResourceLimits } from 'node:worker_threads';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { GuardedData } from '../protocol/guard.js';
import type { ReadyReport, WorkerConfig, WorkerReport } from '../protocol/serving.js';

export interface WorkerPoolOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workers: number;
  /** Whether the workers start one after the other: others serve beside them, on the same CPUs. @default all at once */
  startsInTurn?: boolean | undefined;
  /** As many as it may ever have. */
  mostWorkers: number;
  /** CUDA device ids; workers take them in turn. */
  devices: readonly number[];
  resourceLimits: ResourceLimits | undefined;
  config: Omit<WorkerConfig, 'device' | keyof GuardedData>;
  clock: Clock;
  /** How long a task may take before its worker counts as hung, in ms; Infinity for ever. */
  workerHangMs: number;
  /** How long a replacement may take to start before it is given up and another is started, in ms; Infinity for ever. */
  startTimeoutMs: number;
  /** Ends the start of the pool with its reason, at once: what hangs is left behind. */
  signal?: AbortSignal | undefined;
  /** How long an exit, and `release`, wait for a task that is inside the runtime, in ms. */
  exitWaitMs: number;
  /** @throws {ModelInvalidError} where the model is not what it should be, by what a worker says of it. */
  check: (report: WorkerReport) => void;
  /** A worker is ready: at the start, or in the place of one that was lost. */
  onReady: (report: ReadyReport) => void;
  /** A worker has been starting for `workerHangMs`. It goes on. */
  onSlow: (problem: string) => void;
  /** A worker that was in use died, or hangs. */
  onLost: (reason: string) => void;
  /** A worker that was to replace one could not get ready; it is tried again. */
  onNotReplaced: (error: Error) => void;
  /** The process ends though so many workers are inside the runtime. */
  onAbandoned: (workers: number) => void;
  onFault: FaultReport;
}
