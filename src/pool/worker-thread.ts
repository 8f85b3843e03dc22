import type { ResourceLimits } from 'node:worker_threads';
import type { Clock, Timer } from '../clock.js';
import { WorkerLostError } from '../errors.js';
import type { ExitGuard } from './exit-guard.js';
import type { GuardedData, TaskFailure } from './protocol.js';
import { SingleThread } from './single-thread.js';

/** How often it is looked whether a thread that hangs has left the runtime. */
const pollMs = 50;

export interface WorkerThreadOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  /** What it is told beside its seat at the guard. */
  data: object;
  guard: ExitGuard;
  clock: Clock;
  resourceLimits?: ResourceLimits | undefined;
  onMessage: (message: unknown) => void;
}

/** A worker thread with its seat at the exit guard: it is ended only while it is outside the runtime. */
export class WorkerThread {
  readonly exited: Promise<string>;
  readonly #thread: SingleThread;
  readonly #guard: ExitGuard;
  readonly #seat: number;
  readonly #clock: Clock;
  #poll: Timer | null = null;

  /**
   * @returns null where the guard has no seat: as many threads hang, or are about to end, as may.
   * @throws {WorkerLostError} where the system gives no thread.
   */
  static start(options: WorkerThreadOptions): WorkerThread | null {
    const seat = options.guard.claim();
    if (seat === null) return null;
    try {
      return new WorkerThread(options, seat);
    } catch (error) {
      // The end of the process would wait for it otherwise.
      options.guard.release(seat);
      const reason = error instanceof Error ? error.message : String(error);
      throw new WorkerLostError(`A worker could not be started: ${reason}`, { cause: error });
    }
  }

  private constructor(
    { workerFile, data, guard, clock, resourceLimits, onMessage }: WorkerThreadOptions,
    seat: number,
  ) {
    const workerData: GuardedData = { ...data, guard: guard.buffer, guardSeat: seat };
    this.#thread = new SingleThread({ workerFile, workerData, resourceLimits, onMessage });
    this.#guard = guard;
    this.#seat = seat;
    this.#clock = clock;
    this.exited = this.#thread.exited.then((reason) => {
      this.#poll?.clear();
      guard.release(seat);
      return reason;
    });
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

  get answered(): number {
    return this.#thread.answered;
  }

  /** @throws {LostTask} where the thread dies first, or is given up. */
  run<R>(task: unknown): Promise<R | TaskFailure> {
    return this.#thread.run<R>(task);
  }

  /** Gives up on a thread that hangs, with all it has in hand, and ends it once it has left the runtime, if it ever does. */
  giveUp(): void {
    this.#guard.stop(this.#seat);
    this.#thread.giveUp();
    // Nobody waits for it any more; an exit still does, as long as it may.
    this.#thread.abandon();
    this.#endOnceSafe();
  }

  /**
   * Ends the thread.
   *
   * @returns whether it could be: one that is inside the runtime for longer than an exit would wait is left behind.
   */
  async release(): Promise<boolean> {
    this.#guard.stop(this.#seat);
    if (await this.#guard.whenIdle(this.#seat)) {
      await this.#thread.end();
      return true;
    }
    this.#thread.abandon();
    this.#endOnceSafe();
    return false;
  }

  #endOnceSafe(): void {
    this.#poll?.clear();
    if (!this.#guard.isBusy(this.#seat)) void this.#thread.end();
    else this.#poll = this.#clock.background(pollMs, () => this.#endOnceSafe());
  }
}
