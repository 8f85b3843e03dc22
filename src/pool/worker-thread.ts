import type { ResourceLimits } from 'node:worker_threads';
import { FraudScorerError, type InvalidOptionsError, ProviderUnavailableError } from '../errors.js';
import type { Clock, Timer } from '../host/clock.js';
import { outOfResources } from '../host/out-of-resources.js';
import { messageOf } from '../host/thrown.js';
import type { GuardedData } from '../protocol/guard.js';
import type { TaskFailure } from '../protocol/serving.js';
import type { LineMemory } from '../protocol/task-line.js';
import type { ExitGuard } from './exit-guard.js';
import { readGreeting, strangerError, type WorkerFile } from './handshake.js';
import { SingleThread, type ThreadExit } from './single-thread.js';
import type { LineRunner } from './task-line.js';
import { requireRoomForThreads } from './thread-room.js';

/** How often to check whether a hung thread has left the runtime. */
const pollMs = 50;

/** How long a thread outside the runtime may take to end. Longer than a busy machine needs. */
const endWaitMs = 10_000;

export interface WorkerThreadOptions {
  file: WorkerFile;
  /** Data for the thread in addition to its slot at the guard. */
  data: object;
  guard: ExitGuard;
  clock: Clock;
  resourceLimits?: ResourceLimits | undefined;
  /** Gets its messages after it has said hello. */
  onMessage: (message: unknown) => void;
  /** Its file is not the expected worker. The thread must be given up. */
  onStranger: (error: InvalidOptionsError) => void;
}

/** A worker thread with its slot at the exit guard. It is ended only while it is outside the runtime. */
export class WorkerThread {
  readonly exited: Promise<ThreadExit>;
  readonly file: WorkerFile;
  readonly #options: WorkerThreadOptions;
  readonly #thread: SingleThread;
  readonly #slot: number;
  #greeting: 'awaited' | 'heard' | 'refused' = 'awaited';
  #poll: Timer | null = null;

  /**
   * @returns null if the guard has no slot, because the most allowed threads hang or are about to end.
   * @throws {OutOfResourcesError} if the system has no thread, or no memory for one.
   * @throws {ProviderUnavailableError} if it cannot start a thread for another reason.
   */
  static start(options: WorkerThreadOptions): WorkerThread | null {
    const slot = options.guard.claim();
    if (slot === null) return null;
    try {
      requireRoomForThreads(1);
      return new WorkerThread(options, slot);
    } catch (error) {
      // Otherwise the end of the process would wait for it.
      options.guard.release(slot);
      if (error instanceof FraudScorerError) throw error;
      const failure = 'A worker thread could not be started';
      throw (
        outOfResources(error, failure) ??
        new ProviderUnavailableError(
          `${failure}: ${messageOf(error)}: a host that bundles keeps piscina and onnxruntime-node out of the bundle (docs/bundlers.md in the repository says how)`,
          { cause: error },
        )
      );
    }
  }

  private constructor(options: WorkerThreadOptions, slot: number) {
    const { file, data, guard, resourceLimits } = options;
    const workerData: GuardedData = { ...data, guard: guard.buffer, guardSlot: slot };
    this.file = file;
    this.#options = options;
    this.#slot = slot;
    this.#thread = new SingleThread({
      workerFile: file.url,
      workerData,
      resourceLimits,
      onMessage: (message) => this.#hear(message),
    });
    this.exited = this.#thread.exited.then((exit) => {
      this.#poll?.clear();
      guard.release(slot);
      return exit;
    });
  }

  /** Whether its file has loaded and has said that it is the expected worker. */
  get isGreeted(): boolean {
    return this.#greeting === 'heard';
  }

  get isAlive(): boolean {
    return this.#thread.isAlive;
  }

  get endedOverTask(): boolean {
    return this.#thread.endedOverTask;
  }

  get inHand(): number {
    return this.#thread.inHand;
  }

  /** Identifies its oldest open task; null if it has none. */
  get oldest(): object | null {
    return this.#thread.oldest;
  }

  /** @throws {LostTask} if the thread dies first, or is given up. */
  run<R extends object>(task: unknown): Promise<R | TaskFailure> {
    return this.#thread.run<R>(task);
  }

  /** Opens a line for batches and chunks of columns. @param runner the worker that runs them. */
  openLine(memory: LineMemory, runner: LineRunner): void {
    this.#thread.openLine(memory, runner);
  }

  /** Sends empty tasks to the worker and back. Never rejects. */
  warmUp(): Promise<void> {
    return this.#thread.warmUp();
  }

  /** Gives up a hung thread with all its open tasks. Ends it when it has left the runtime, if that ever happens. */
  giveUp(): void {
    this.#options.guard.stop(this.#slot);
    this.#thread.giveUp();
    // Nobody waits for it any more, except an exit, within its time limit.
    this.#thread.abandon();
    this.#endOnceSafe();
  }

  /**
   * Ends the thread.
   *
   * @returns whether it could be ended. A thread that stays inside the runtime for longer than an exit would wait is left behind.
   */
  async release(): Promise<boolean> {
    const { guard } = this.#options;
    guard.stop(this.#slot);
    if ((await guard.whenIdle(this.#slot)) && (await this.#endsInTime())) return true;
    this.#thread.abandon();
    this.#endOnceSafe();
    return false;
  }

  #hear(message: unknown): void {
    if (this.#greeting === 'heard') this.#options.onMessage(message);
    if (this.#greeting !== 'awaited') return;
    const { file, guard, onStranger } = this.#options;
    const greeting = readGreeting(message, file.role);
    if (greeting === 'unknown') return;
    this.#greeting = greeting === 'greeted' ? 'heard' : 'refused';
    if (greeting === 'greeted') return;
    if (greeting.hasLoaded) guard.vacate(this.#slot);
    onStranger(strangerError(file, greeting.received));
  }

  /** A thread may stay for other reasons, for example native code of a file that wraps the worker. */
  #endsInTime(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(endWaitMs, () => resolve(false));
      void this.#thread.end().then(() => {
        timer.clear();
        resolve(true);
      });
    });
  }

  #endOnceSafe(): void {
    const { clock, guard } = this.#options;
    this.#poll?.clear();
    if (!guard.isBusy(this.#slot)) void this.#thread.end();
    else this.#poll = clock.background(pollMs, () => this.#endOnceSafe());
  }
}
