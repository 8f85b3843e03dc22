import type { InvalidOptionsError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { ReadyReport, TaskFailure, WorkerReport } from '../protocol/serving.js';
import type { LineMemory } from '../protocol/task-line.js';
import type { WorkerFile } from './handshake.js';
import type { ThreadExit } from './single-thread.js';
import type { LineRunner } from './task-line.js';

/** The parts of a thread that a seat needs. */
export interface SeatThread {
  /** Resolves when it has ended. */
  readonly exited: Promise<ThreadExit>;
  readonly file: WorkerFile;
  /** Whether its file has loaded and is the expected worker. */
  readonly isGreeted: boolean;
  /** Whether it accepts tasks. */
  readonly isAlive: boolean;
  /** Whether it died while it held a task. */
  readonly endedOverTask: boolean;
  readonly inHand: number;
  /** Identifies its oldest open task; null if it has none. */
  readonly oldest: object | null;
  run<R extends object>(task: unknown): Promise<R | TaskFailure>;
  /** Opens a line for batches and chunks of columns. @param runner the worker that runs them. */
  openLine(memory: LineMemory, runner: LineRunner): void;
  /** Sends empty tasks to the worker and back. Never rejects. */
  warmUp(): Promise<void>;
  giveUp(): void;
  release(): Promise<boolean>;
}

/** Gets the events of a thread while it starts. */
export interface StartListener {
  onReport: (report: WorkerReport) => void;
  /** Its file is not the expected worker. */
  onStranger: (error: InvalidOptionsError) => void;
}

export interface SeatOptions {
  clock: Clock;
  /** The memory of its worker's line. */
  line: LineMemory;
  /** Time after which a task's worker counts as hung, and after which a start makes the seat count as troubled. */
  workerHangMs: number;
  /** Time after which a start is given up. */
  startTimeoutMs: number;
  /** How often `look` is called. */
  lookEveryMs: number;
  /** Starts a thread; null if the most allowed threads hang. */
  spawn: (listener: StartListener) => SeatThread | null;
  /** @returns why a report is not accepted, or null. */
  problemWith: (report: WorkerReport) => Error | null;
  onReady: (report: ReadyReport) => void;
  /** A thread has been starting for `workerHangMs`. The start goes on. */
  onSlow: (problem: string) => void;
  /** A thread could not get ready. */
  onUnusable: (error: Error) => void;
  /** A thread that was ready died or was given up. */
  onLost: (reason: string) => void;
  onFault: FaultReport;
}
