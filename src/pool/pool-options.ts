import type { ResourceLimits } from 'node:worker_threads';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { GuardedData } from '../protocol/guard.js';
import type { ReadyReport, WorkerConfig, WorkerReport } from '../protocol/serving.js';

export interface WorkerPoolOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workers: number;
  /** Whether the workers start one after the other, because others serve on the same CPUs. @default all at once */
  startsInTurn?: boolean | undefined;
  /** The highest number of workers that the pool may ever have. */
  mostWorkers: number;
  /** CUDA device ids. Workers take them in turn. */
  devices: readonly number[];
  resourceLimits: ResourceLimits | undefined;
  config: Omit<WorkerConfig, 'device' | keyof GuardedData>;
  clock: Clock;
  /** Time after which a task's worker counts as hung, in ms; Infinity for never. */
  workerHangMs: number;
  /** Time after which a replacement is given up and another one is started, in ms; Infinity for never. */
  startTimeoutMs: number;
  /** Ends the start of the pool at once; the error is the signal's reason. Hung threads are left behind. */
  signal?: AbortSignal | undefined;
  /** How long an exit and `release` wait for a task inside the runtime, in ms. */
  exitWaitMs: number;
  /** @throws {ModelInvalidError} if the worker's report shows that the model is not valid. */
  check: (report: WorkerReport) => void;
  /** A worker is ready, at the start or as a replacement. */
  onReady: (report: ReadyReport) => void;
  /** A worker has been starting for `workerHangMs`. The start goes on. */
  onSlow: (problem: string) => void;
  /** A worker that was in use died or hangs. */
  onLost: (reason: string) => void;
  /** A replacement worker could not start. It is tried again. */
  onNotReplaced: (error: Error) => void;
  /** The process ends although this many workers are inside the runtime. */
  onAbandoned: (workers: number) => void;
  onFault: FaultReport;
}
