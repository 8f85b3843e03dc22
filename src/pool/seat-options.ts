import type { InvalidOptionsError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { ReadyReport, TaskFailure, WorkerReport } from '../protocol/serving.js';
import type { LineMemory } from '../protocol/task-line.js';
import type { WorkerFile } from './handshake.js';
import type { ThreadExit } from './single-thread.js';
import type { LineRunner } from './task-line.js';

/** What a seat needs of a thread. */
export interface SeatThread {
  /** Resolves when it has ended. */
  readonly exited: Promise<ThreadExit>;
  readonly file: WorkerFile;
  /** Whether its file has loaded, and is the worker it must be. */
  readonly isGreeted: boolean;
  /** Whether it takes tasks. */
  readonly isAlive: boolean;
  /** Whether it died with a task in hand. */
  readonly endedOverTask: boolean;
  readonly inHand: number;
  /** Stands for the task that it has had for longest; null where it has none. */
  readonly oldest: object | null;
  run<R extends object>(task: unknown): Promise<R | TaskFailure>;
  /** Opens a line for batches and chunks of columns. @param runner what runs them. */
  openLine(memory: LineMemory, runner: LineRunner): void;
  /** Sends tasks without work there and back. Never rejects. */
  warmUp(): Promise<void>;
  giveUp(): void;
  release(): Promise<boolean>;
}

/** Who hears a thread while it starts. */
export interface StartListener {
  onReport: (report: WorkerReport) => void;
  /** Its file is not the worker that it must be. */
  onStranger: (error: InvalidOptionsError) => void;
}

export interface SeatOptions {
  clock: Clock;
  /** What its worker's line knows. */
  line: LineMemory;
  /** How long a task may take before its worker counts as hung, and a start before the place counts as troubled. */
  workerHangMs: number;
  /** How long a start may take before its thread is given up. */
  startTimeoutMs: number;
  /** How often `look` is called. */
  lookEveryMs: number;
  /** Starts a thread; null where as many hang as may. */
  spawn: (listener: StartListener) => SeatThread | null;
  /** @returns why a report is not to be accepted, or null. */
  problemWith: (report: WorkerReport) => Error | null;
  onReady: (report: ReadyReport) => void;
  /** A thread has been starting for `workerHangMs`. It goes on. */
  onSlow: (problem: string) => void;
  /** A thread could not get ready. */
  onUnusable: (error: Error) => void;
  /** A thread that was ready died, or was given up. */
  onLost: (reason: string) => void;
  onFault: FaultReport;
}
