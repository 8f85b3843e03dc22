import type { DeviceSummary } from '../api/provider.js';
import { StartTimeoutError } from '../errors.js';
import type { Timer } from '../host/clock.js';
import { contained, watched } from '../host/faults.js';
import { asError } from '../host/thrown.js';
import type { BatchReply, BatchTask, ColumnsTask, ExplainReply, ExplainTask, WorkerTask } from '../protocol/serving.js';
import { deviceSummaries, providerInUse } from './devices.js';
import { lookEveryMs } from './hang-watch.js';
import type { LeavingWorker } from './leaving-worker.js';
import { LostTask } from './lost-task.js';
import { makeSeat, makeSeats, type SeatParts } from './make-seats.js';
import type { WorkerPoolOptions } from './pool-options.js';
import { lossAtStart, missingWorkers, PoolStart } from './pool-start.js';
import { PoolThreads } from './pool-threads.js';
import { requireRoomForThreads } from './thread-room.js';
import type { WorkerSeat } from './worker-seat.js';

/** Worker threads, each with the model loaded and warmed up; one that dies or hangs is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads: PoolThreads;
  readonly #seats: WorkerSeat[];
  readonly #seatParts: SeatParts;
  /** Workers that the pool has no use for any more. */
  #leaving: LeavingWorker[] = [];
  readonly #watch: Timer;
  readonly #start = new PoolStart();
  /** The worker that is kept for a task that must be alone. */
  #quiet: WorkerSeat | null = null;
  #lost = 0;
  /** Seats that have had their turn to start. */
  #started = 0;
  #released: Promise<boolean> | null = null;

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws {ProviderUnavailableError} where none of the providers works here, or the runtime or the worker's file cannot be loaded.
   * @throws {ModelInvalidError} where the model can't be loaded or run.
   * @throws {OutOfResourcesError} where there is no memory, thread or file descriptor left.
   * @throws {InvalidOptionsError} where the worker's file is another one.
   * @throws {StartTimeoutError} where it takes longer than `startTimeoutMs`.
   * @throws {WorkerLostError} where a worker dies on the way.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    requireRoomForThreads(options.workers);
    const pool = new WorkerPool(options);
    const stop = (): void => pool.#stopStart(options.signal?.reason);
    options.signal?.addEventListener('abort', stop);
    if (options.signal?.aborted === true) stop();
    try {
      await pool.#start.ended;
    } catch (error) {
      // What hangs is not waited for.
      if (!(error instanceof StartTimeoutError)) await pool.release();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    const { workers, mostWorkers, clock, workerHangMs, startTimeoutMs, exitWaitMs, onAbandoned, onFault } = options;
    this.#options = options;
    this.#threads = new PoolThreads({
      // Twice: each worker may be replaced while the thread before it hangs, or answers what it has in hand.
      ...{ slots: mostWorkers * 2, clock, exitWaitMs, loadWaitMs: startTimeoutMs, onAbandoned, onFault },
      onEnded: () => {
        for (const seat of this.#seats) seat.retry();
      },
    });
    const periodMs = lookEveryMs(Math.min(workerHangMs, startTimeoutMs));
    this.#seatParts = {
      threads: this.#threads,
      start: this.#start,
      lookEveryMs: periodMs,
      onReady: (report) => {
        options.onReady(report);
        this.#startNext();
        if (!this.#start.isOver && this.readyWorkers === workers) this.#warmUp();
      },
      onUnusable: (error) => this.#onUnusable(error),
      onLost: (reason) => this.#onLost(reason),
    };
    this.#seats = makeSeats(options, this.#seatParts);
    this.#watch = clock.every(periodMs, () => {
      // A failure over one seat must not keep the others from being looked at.
      for (const seat of this.#seats) contained(() => seat.look(), onFault);
      for (const worker of this.#leaving) contained(() => worker.look(), onFault);
      this.#leaving = this.#leaving.filter(({ hasLeft }) => !hasLeft);
    });
    if (options.startsInTurn === true) this.#startNext();
    else for (const seat of this.#seats) seat.start();
  }

  get readyWorkers(): number {
    let ready = 0;
    for (const seat of this.#seats) if (seat.isReady) ready += 1;
    return ready;
  }

  /** Workers that are missing because one hung, or could not be replaced. */
  get troubledWorkers(): number {
    return this.#seats.filter((seat) => seat.isTroubled).length;
  }

  /** What is wrong with a worker that is missing; null where none is, or one merely died. */
  get problem(): string | null {
    return this.#seats.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  /** What is in use: of the workers that are ready the provider that was preferred, with what came of the others. */
  get inUse(): ReturnType<typeof providerInUse> {
    return providerInUse(this.#seats, this.#options.config.providers);
  }

  /** The devices, in the order they were given; none where no worker ever ran on one. */
  get devices(): DeviceSummary[] {
    return deviceSummaries(this.#seats, this.#options.devices);
  }

  /** Workers that died, or hung, while they were in use. */
  get lostWorkers(): number {
    return this.#lost;
  }

  /**
   * Keeps one worker from new tasks, so that a task can have it to itself, or stops keeping it.
   *
   * @returns whether such a worker is there, with nothing in hand.
   */
  keepQuiet(isWanted: boolean): boolean {
    if (!isWanted) this.#quiet = null;
    else if (this.#quiet?.isReady !== true) this.#quiet = this.#leastBusy();
    return this.#quiet?.inHand === 0;
  }

  /**
   * Runs one task on whichever worker has the least to do.
   *
   * @param isAlone on the worker that `keepQuiet` keeps.
   * @throws {LostTask} where no worker answers it.
   */
  run(task: BatchTask | ColumnsTask, isAlone?: boolean): Promise<BatchReply>;
  run(task: ExplainTask): Promise<ExplainReply>;
  run(task: WorkerTask, isAlone = false): Promise<BatchReply | ExplainReply> {
    const seat = isAlone ? this.#quiet : this.#leastBusy();
    return seat === null ? Promise.reject(new LostTask('unsent', 'No worker was ready')) : seat.run(task);
  }

  /**
   * Has as many workers from now on: what is more is started, what is less takes no task any more and ends when it has answered what it
   * has in hand. Does nothing before the start is over, or after the end.
   *
   * @param workers from 1 to `mostWorkers`.
   */
  resize(workers: number): void {
    if (!this.#start.isOver || this.#released !== null) return;
    while (this.#seats.length > workers) {
      const seat = this.#seats.pop();
      if (seat === undefined) break;
      if (seat === this.#quiet) this.#quiet = null;
      const worker = seat.leave();
      if (worker !== null && !worker.hasLeft) this.#leaving.push(worker);
    }
    while (this.#seats.length < Math.min(workers, this.#options.mostWorkers)) {
      const seat = makeSeat(this.#seats.length, this.#seats, this.#options, this.#seatParts);
      this.#seats.push(seat);
      seat.start();
    }
  }

  /**
   * Ends the workers, each once it is outside the runtime, where ending it would abort the process.
   *
   * @returns whether all could be ended: one that hangs is left behind.
   */
  release(): Promise<boolean> {
    if (this.#released === null) {
      this.#retire();
      this.#released = this.#threads.release();
    }
    return this.#released;
  }

  /** The same without waiting. */
  #abandon(): void {
    this.#retire();
    this.#threads.abandon();
    this.#released = Promise.resolve(false);
  }

  /** Starts no threads any more. */
  #retire(): void {
    this.#watch.clear();
    this.#quiet = null;
    for (const seat of this.#seats) seat.end();
  }

  /** Of seats that start one after the other. */
  #startNext(): void {
    if (this.#options.startsInTurn !== true || this.#start.isOver) return;
    this.#started += 1;
    this.#seats[this.#started - 1]?.start();
  }

  /** Ends the start, if it is not over. */
  #stopStart(reason: unknown): void {
    const isLate = reason instanceof StartTimeoutError;
    const missing = (): string => missingWorkers(this.#seats, this.#options.workerFile);
    this.#failStart(isLate ? new StartTimeoutError(`${reason.message}: ${missing()}`) : asError(reason));
  }

  /** The start is over once this is: a worker that hangs or dies over it is one that could not start. */
  #warmUp(): void {
    const warmedUp = Promise.all(this.#seats.map((seat) => seat.warmUp()));
    watched(
      warmedUp.then(() => this.#start.succeed()),
      this.#options.onFault,
    );
  }

  /** Of the workers that are ready, but for the one that is kept; null where there is none. */
  #leastBusy(): WorkerSeat | null {
    let best: WorkerSeat | null = null;
    for (const seat of this.#seats) {
      if (!seat.isReady || seat === this.#quiet) continue;
      if (best === null || seat.inHand < best.inHand) best = seat;
    }
    return best;
  }

  #onLost(reason: string): void {
    this.#lost += 1;
    if (!this.#failStart(lossAtStart(reason))) this.#options.onLost(reason);
  }

  #onUnusable(error: Error): void {
    if (!this.#failStart(error)) this.#options.onNotReplaced(error);
  }

  /** At once, so that no seat starts another thread. @returns false where the start is over already. */
  #failStart(error: Error): boolean {
    if (!this.#start.fail(error)) return false;
    if (error instanceof StartTimeoutError) this.#abandon();
    else watched(this.release(), this.#options.onFault);
    return true;
  }
}
